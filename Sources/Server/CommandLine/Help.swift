// The help texts of `duet` and of the redis-server personality.

enum Help {
    static let duet = """
        Usage: duet [CONFIG-FILE] [--directive value ...]   one cache, two doors: memcached and Redis
               duet memcached [OPTIONS]                     memcached's command line (or by that name)
               duet redis [CONFIG-FILE] [--directive ...]   redis-server's (or by that name)
               duet bench [OPTIONS]                         a load generator for both protocols
               duet check FILE                              reads RDB and AOF files: whole, and what is in them?
               duet compare [WHAT ...]                      memcached, Redis and Duet on the same work, and a report
               duet dump [HOST:PORT] FILE                   saves a running server, Duet or Redis, as an RDB file
               duet restore FILE [HOST:PORT]                brings the keys of an RDB file into a running server
               duet migrate --from SOURCE --to TARGET       copies memcached, Redis, Duet or a file to another one
               duet persist on | off | status [HOST:PORT]   has a running server keep its data on the disk, or not
               duet --help | --version

        Without arguments it listens on 127.0.0.1 and ::1: memcached's protocol on port 11211, Redis' on 6379.

        CONFIG-FILE is a redis.conf; '-' reads it from standard input. Each directive can be an --option.
        Those that matter most:
          --port 6379                  RESP port, 0 closes the door
          --bind 127.0.0.1 -::1        RESP addresses ('*' and '::*' for all)
          --unixsocket PATH            RESP unix socket
          --memcached-port 11211       memcached port, 0 closes the door
          --memcached-bind ADDR ...    memcached addresses
          --memcached-unixsocket PATH  memcached unix socket
          --memcached-db 0             the database that the memcached door serves
          --tls-port 0, --memcached-tls-port 0, --tls-cert-file PATH, --tls-key-file PATH, --tls-auth-clients yes
          --maxmemory 0                limit of the keyspace, as in 512mb or 2gb; 0 is none
          --maxmemory-policy NAME      noeviction, allkeys-lru, allkeys-lfu, allkeys-random, volatile-...
          --threads 0                  worker threads; 0 is one for each processor
          --maxclients 10000           connections at a time
          --timeout 0                  seconds until an idle connection is closed; 0 never
          --migrate-from URL           take over the keys of memcached://HOST:PORT or redis://HOST:PORT while serving
          --metrics-port 0             http://HOST:PORT/metrics for Prometheus; --metrics-bind 127.0.0.1 -::1
          --requirepass TEXT           password of the RESP door
          --daemonize no, --pidfile PATH, --logfile PATH, --loglevel notice, --dir PATH

        Examples:
          duet
          duet --maxmemory 1gb --maxmemory-policy allkeys-lru
          duet /etc/duet.conf --threads 4
          duet /etc/redis/redis.conf --daemonize no --memcached-port 11211
          duet memcached -m 1024 -p 11211 --resp-port 6379
          duet redis --port 7777 --memcached-port 11212
          duet bench --help
        """

    static let redis = """
        Usage: redis-server [/path/to/redis.conf] [options] [-]
               redis-server - (read config from stdin)
               redis-server -v or --version
               redis-server -h or --help

        Examples:
               redis-server (run the server with default conf)
               echo 'maxmemory 128mb' | redis-server -
               redis-server /etc/redis/6379.conf
               redis-server --port 7777
               redis-server /etc/redis/redis.conf --loglevel verbose --memcached-port 11211

        This is Duet \(Version.number) under Redis' name. --memcached-port N opens a second door to the same
        keys, in memcached's protocol. Directives that it does not support yet are named in a warning at start.
        """
}
