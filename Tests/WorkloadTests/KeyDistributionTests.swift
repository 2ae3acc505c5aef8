import Testing

@testable import Workload

@Test("a distribution's text is read back as it was written")
func distributionText() {
    #expect(KeyDistribution("uniform") == .uniform)
}
