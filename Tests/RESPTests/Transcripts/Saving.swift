// Saving, as redis-server 7.0.15 answers; and what this server answers where it has its own way.

extension Transcript {
    static let saving: [Transcript] = [
        Transcript(
            "snapshots are asked for",
            #"""
            > BGSAVE
            < +Background saving started
            > BGSAVE SCHEDULE
            < +Background saving started
            > BGSAVE x
            < -ERR syntax error
            > BGSAVE SCHEDULE x
            < -ERR syntax error
            > BGREWRITEAOF
            < +Background append only file rewriting started
            > BGREWRITEAOF x
            < -ERR wrong number of arguments for 'bgrewriteaof' command
            > SAVE x
            < -ERR wrong number of arguments for 'save' command
            > LASTSAVE x
            < -ERR wrong number of arguments for 'lastsave' command
            > LASTSAVE
            < :0
            > MULTI
            < +OK
            > SAVE
            < -ERR Command not allowed inside a transaction
            > BGSAVE
            < +QUEUED
            > EXEC
            < -EXECABORT Transaction discarded because of previous errors.
            > DEBUG
            < -ERR wrong number of arguments for 'debug' command
            > DEBUG RELOAD
            < -ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.
            """#)
    ]
}
