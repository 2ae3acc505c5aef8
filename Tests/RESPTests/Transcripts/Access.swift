// ACL: users, rules, logging in. Replies as redis-server 7.0.15 gave them.

extension Transcript {
    static let access = [
        Transcript(
            "users come and go",
            """
            > acl whoami
            < $7
            < default
            > ACL USERS
            < *1
            < $7
            < default
            > ACL LIST
            < *1
            < $34
            < user default on nopass ~* &* +@all
            > ACL DELUSER x
            < :0
            > ACL SETUSER joe
            < +OK
            > ACL USERS
            < *2
            < $7
            < default
            < $3
            < joe
            > ACL LIST
            < *2
            < $34
            < user default on nopass ~* &* +@all
            < $32
            < user joe off resetchannels -@all
            > ACL DELUSER joe ann
            < :1
            > ACL DELUSER default
            < -ERR The 'default' user cannot be removed
            > ACL SETUSER
            < -ERR wrong number of arguments for 'acl|setuser' command
            > ACL WHOAMI x
            < -ERR wrong number of arguments for 'acl|whoami' command
            > ACL FOO
            < -ERR unknown subcommand 'FOO'. Try ACL HELP.
            > ACL SAVE
            < -ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store users in the Redis configuration.
            > ACL LOAD
            < -ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store users in the Redis configuration.
            """),
        Transcript(
            "rules are told as those that come closest",
            """
            > ACL SETUSER joe reset on >pw +@all -get -@string +get -config +config|get ~a* %R~b* %RW~c* &ch* (+get ~x) "( +set %W~y  )"
            < +OK
            > ACL GETUSER joe
            < *12
            < $5
            < flags
            < *2
            < $2
            < on
            < $16
            < sanitize-payload
            < $9
            < passwords
            < *1
            < $64
            < 30c952fab122c3f9759f02a6d95c3758b246b4fee239957b2d4fee46e26170c4
            < $8
            < commands
            < $39
            < +@all -@string +get -config +config|get
            < $4
            < keys
            < $13
            < ~a* %R~b* ~c*
            < $8
            < channels
            < $4
            < &ch*
            < $9
            < selectors
            < *2
            < *6
            < $8
            < commands
            < $10
            < -@all +get
            < $4
            < keys
            < $2
            < ~x
            < $8
            < channels
            < $0
            <
            < *6
            < $8
            < commands
            < $10
            < -@all +set
            < $4
            < keys
            < $4
            < %W~y
            < $8
            < channels
            < $0
            <
            > ACL SETUSER joe clearselectors resetkeys resetchannels -@all +config|get +config|set -config +config +config|get !30c952fab122c3f9759f02a6d95c3758b246b4fee239957b2d4fee46e26170c4
            < +OK
            > ACL LIST
            < *2
            < $34
            < user default on nopass ~* &* +@all
            < $56
            < user joe on sanitize-payload resetchannels -@all +config
            > ACL GETUSER nobody
            < $-1
            > ACL DELUSER joe
            < :1
            """),
        Transcript(
            "rules that are none",
            """
            > ACL SETUSER b +foo
            < -ERR Error in ACL SETUSER modifier '+foo': Unknown command or category name in ACL
            > ACL SETUSER b +config|get|x
            < -ERR Error in ACL SETUSER modifier '+config|get|x': Allowing first-arg of a subcommand is not supported
            > ACL SETUSER b +select|
            < -ERR Error in ACL SETUSER modifier '+select|': Syntax error
            > ACL SETUSER b -select|0
            < -ERR Error in ACL SETUSER modifier '-select|0': Unknown command or category name in ACL
            > ACL SETUSER b (
            < -ERR Unmatched parenthesis in acl selector starting at '('.
            > ACL SETUSER b (+x)
            < -ERR Error in ACL SETUSER modifier '(+x)': Unknown command or category name in ACL
            > ACL SETUSER b %~x
            < -ERR Error in ACL SETUSER modifier '%~x': Syntax error
            > ACL SETUSER b allkeys ~x
            < -ERR Error in ACL SETUSER modifier '~x': Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. Try 'resetkeys' to start with an empty list of patterns
            > ACL SETUSER b allchannels &x
            < -ERR Error in ACL SETUSER modifier '&x': Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have any effect. Try 'resetchannels' to start with an empty list of channels
            > ACL SETUSER b <x
            < -ERR Error in ACL SETUSER modifier '<x': The password you are trying to remove from the user does not exist
            > ACL SETUSER b #x
            < -ERR Error in ACL SETUSER modifier '#x': The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters
            > ACL SETUSER "b c" on
            < -ERR Usernames can't contain spaces or null characters
            > ACL GETUSER b
            < $-1
            """),
        Transcript(
            "what a user may do is tried without doing it",
            """
            > ACL SETUSER dry reset +@read +acl|whoami ~a* %R~r* %W~w*
            < +OK
            > ACL DRYRUN dry get abc
            < +OK
            > ACL DRYRUN dry get rx
            < +OK
            > ACL DRYRUN dry get wx
            < $51
            < This user has no permissions to access the 'wx' key
            > ACL DRYRUN dry MGET a r b
            < $50
            < This user has no permissions to access the 'b' key
            > ACL DRYRUN dry set a x
            < $53
            < This user has no permissions to run the 'set' command
            > ACL DRYRUN dry acl whoami
            < +OK
            > ACL DRYRUN dry acl list
            < $58
            < This user has no permissions to run the 'acl|list' command
            > ACL DRYRUN dry set a
            < -ERR wrong number of arguments for 'set' command
            > ACL DRYRUN dry foo
            < -ERR Command 'foo' not found
            > ACL DRYRUN nobody get x
            < -ERR User 'nobody' not found
            > ACL DELUSER dry
            < :1
            """),
        Transcript(
            "somebody logs in and is held to the rules",
            """
            > ACL SETUSER ann reset on nopass +@all -config +select|1 -select ~a* resetchannels
            < +OK
            > AUTH ann x y z
            < -ERR syntax error
            > AUTH nobody x
            < -WRONGPASS invalid username-password pair or user is disabled.
            > AUTH x
            < -ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?
            > AUTH ann x
            < +OK
            > ACL WHOAMI
            < $3
            < ann
            > SET a1 x
            < +OK
            > GET a1
            < $1
            < x
            > GET b
            < -NOPERM this user has no permissions to access one of the keys used as arguments
            > CONFIG GET port
            < -NOPERM this user has no permissions to run the 'config|get' command
            > SELECT 1
            < -NOPERM this user has no permissions to run the 'select' command
            > CONFIG FOO
            < -ERR unknown subcommand 'FOO'. Try CONFIG HELP.
            > GET
            < -ERR wrong number of arguments for 'get' command
            > RENAME a1 b
            < -NOPERM this user has no permissions to access one of the keys used as arguments
            > SORT a1 BY b*
            < -ERR BY option of SORT denied due to insufficient ACL permissions.
            > SORT a1 GET #
            < -ERR GET option of SORT denied due to insufficient ACL permissions.
            > MULTI
            < +OK
            > GET b
            < -NOPERM this user has no permissions to access one of the keys used as arguments
            > GET a1
            < +QUEUED
            > EXEC
            < -EXECABORT Transaction discarded because of previous errors.
            > MULTI
            < +OK
            > GET a1
            < +QUEUED
            > ACL SETUSER ann -get
            < +QUEUED
            > GET a1
            < +QUEUED
            > EXEC
            < *3
            < $1
            < x
            < +OK
            < -NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is no longer allowed for the following reason: no permission to execute the command or subcommand
            > RESET
            < +RESET
            > ACL WHOAMI
            < $7
            < default
            > GET b
            < $-1
            > AUTH ann x
            < +OK
            > ACL DELUSER ann
            < :1
            ! closed
            """),
        Transcript(
            "categories and their commands",
            """
            > ACL CAT foo
            < -ERR Unknown category 'foo'
            > ACL CAT a b
            < -ERR unknown subcommand or wrong number of arguments for 'CAT'. Try ACL HELP.
            > ACL CAT transaction
            < *5
            < $5
            < multi
            < $4
            < exec
            < $7
            < discard
            < $5
            < watch
            < $7
            < unwatch
            """),
    ]
}
