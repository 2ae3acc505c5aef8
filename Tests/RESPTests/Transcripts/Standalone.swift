// What a server alone answers about clusters and replicas, recorded from redis-server 7.0.15.

extension Transcript {
    static let standalone: [Transcript] = [
        Transcript(
            "there is no cluster",
            #"""
            > asking
            < -ERR This instance has cluster support disabled
            > READONLY
            < -ERR This instance has cluster support disabled
            > readwrite
            < -ERR This instance has cluster support disabled
            > asking x
            < -ERR wrong number of arguments for 'asking' command
            > cluster
            < -ERR wrong number of arguments for 'cluster' command
            > cluster addslots 1
            < -ERR This instance has cluster support disabled
            > cluster addslotsrange 1 2
            < -ERR This instance has cluster support disabled
            > cluster bumpepoch
            < -ERR This instance has cluster support disabled
            > cluster count-failure-reports n
            < -ERR This instance has cluster support disabled
            > cluster countkeysinslot 1
            < -ERR This instance has cluster support disabled
            > cluster delslots 1
            < -ERR This instance has cluster support disabled
            > cluster delslotsrange 1 2
            < -ERR This instance has cluster support disabled
            > cluster failover
            < -ERR This instance has cluster support disabled
            > cluster flushslots
            < -ERR This instance has cluster support disabled
            > cluster forget n
            < -ERR This instance has cluster support disabled
            > cluster getkeysinslot 1 2
            < -ERR This instance has cluster support disabled
            > cluster help
            < -ERR This instance has cluster support disabled
            > cluster info
            < -ERR This instance has cluster support disabled
            > cluster keyslot k
            < -ERR This instance has cluster support disabled
            > cluster links
            < -ERR This instance has cluster support disabled
            > cluster meet a 1
            < -ERR This instance has cluster support disabled
            > cluster myid
            < -ERR This instance has cluster support disabled
            > cluster nodes
            < -ERR This instance has cluster support disabled
            > cluster replicas n
            < -ERR This instance has cluster support disabled
            > cluster replicate n
            < -ERR This instance has cluster support disabled
            > cluster reset
            < -ERR This instance has cluster support disabled
            > cluster saveconfig
            < -ERR This instance has cluster support disabled
            > cluster set-config-epoch 1
            < -ERR This instance has cluster support disabled
            > cluster setslot 1 stable
            < -ERR This instance has cluster support disabled
            > cluster shards
            < -ERR This instance has cluster support disabled
            > cluster slaves n
            < -ERR This instance has cluster support disabled
            > cluster slots
            < -ERR This instance has cluster support disabled
            > cluster nosuch
            < -ERR unknown subcommand 'nosuch'. Try CLUSTER HELP.
            > CLUSTER KEYSLOT
            < -ERR wrong number of arguments for 'cluster|keyslot' command
            > cluster info x
            < -ERR wrong number of arguments for 'cluster|info' command
            > CLUSTER MYSHARDID
            < -ERR This instance has cluster support disabled
            > module load x
            < -ERR MODULE command not allowed. This server loads no modules.
            > module loadex x
            < -ERR MODULE command not allowed. This server loads no modules.
            > module unload x
            < -ERR MODULE command not allowed. This server loads no modules.
            """#),
        Transcript(
            "there are no replicas",
            #"""
            > replicaof no one
            < +OK
            > SLAVEOF NO ONE
            < +OK
            > replicaof a x
            < -ERR Invalid master port
            > replicaof no
            < -ERR wrong number of arguments for 'replicaof' command
            > replicaof a 70000
            < -ERR Invalid master port
            > failover
            < -ERR FAILOVER requires connected replicas.
            > failover abort
            < -ERR No failover in progress.
            > failover to 1 2
            < -ERR FAILOVER requires connected replicas.
            > failover to a
            < -ERR syntax error
            > failover to a x
            < -ERR value is not an integer or out of range
            > failover timeout x
            < -ERR value is not an integer or out of range
            > failover timeout 0
            < -ERR FAILOVER timeout must be greater than 0
            > failover timeout 5
            < -ERR FAILOVER requires connected replicas.
            > failover timeout 5 timeout 6
            < -ERR syntax error
            > failover force
            < -ERR FAILOVER requires connected replicas.
            > failover force force
            < -ERR syntax error
            > failover abort to 1
            < -ERR syntax error
            > failover xx
            < -ERR syntax error
            > failover to 127.0.0.1 1 force timeout 10
            < -ERR FAILOVER requires connected replicas.
            > restore-asking
            < -ERR wrong number of arguments for 'restore-asking' command
            > restore-asking k 0 x
            < -ERR DUMP payload version or checksum are wrong
            > psync a
            < -ERR wrong number of arguments for 'psync' command
            > replicaof 127.0.0.1 6379
            < -ERR no replication here: `duet migrate` copies, and CONFIG SET migrate-from takes over
            > psync ? -1
            < -ERR no replication here: SYNC sends one snapshot, and nothing follows it
            """#),
    ]
}
