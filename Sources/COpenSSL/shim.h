#ifndef DUET_OPENSSL_SHIM_H
#define DUET_OPENSSL_SHIM_H

// OpenSSL 3.0 and later. Below its headers: what they define as macros or with variable arguments, which Swift
// does not import, and what would need C's own types.

#include <openssl/bio.h>
#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdint.h>
#include <string.h>

/// What every context of ours has: partial writes from buffers that may move, buffers given back when empty,
/// reads ahead of the record in hand, no compression, no renegotiation; an end without close_notify is an end.
static inline void duet_tls_set_basics(SSL_CTX *context, size_t read_ahead_size) {
    SSL_CTX_set_mode(
        context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(
        context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_default_read_buffer_len(context, read_ahead_size);
}

/// Versions as in TLS1_2_VERSION. Returns 0 if the library cannot.
static inline int duet_tls_set_versions(SSL_CTX *context, int lowest, int highest) {
    return SSL_CTX_set_min_proto_version(context, lowest) && SSL_CTX_set_max_proto_version(context, highest);
}

/// Leaves a version between the lowest and the highest out.
static inline void duet_tls_refuse_version(SSL_CTX *context, int version) {
    switch (version) {
    case TLS1_1_VERSION: SSL_CTX_set_options(context, SSL_OP_NO_TLSv1_1); break;
    case TLS1_2_VERSION: SSL_CTX_set_options(context, SSL_OP_NO_TLSv1_2); break;
    }
}

static inline void duet_tls_prefer_own_ciphers(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
}

/// The kernel encrypts where it can; where it cannot, the library goes on doing so.
static inline void duet_tls_use_kernel(SSL_CTX *context) { SSL_CTX_set_options(context, SSL_OP_ENABLE_KTLS); }

/// Sessions on the server's side beside tickets; a size of 0 is none.
static inline void duet_tls_set_session_cache(SSL_CTX *context, long count, long seconds) {
    if (count > 0) {
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_SERVER);
        SSL_CTX_sess_set_cache_size(context, count);
    } else {
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    }
    SSL_CTX_set_timeout(context, seconds);
}

/// No tickets either: every handshake is a whole one.
static inline void duet_tls_refuse_resumption(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context, 0);
}

/// The largest group that both sides know, for key exchanges of TLS 1.2's DHE suites.
static inline void duet_tls_choose_parameters(SSL_CTX *context) { SSL_CTX_set_dh_auto(context, 1); }

/// Takes the DH parameters of a PEM file for DHE suites. Returns 0 with the reason queued.
static inline int duet_tls_load_parameters(SSL_CTX *context, const char *path) {
    BIO *file = BIO_new_file(path, "r");
    if (!file) return 0;
    EVP_PKEY *parameters = NULL;
    OSSL_DECODER_CTX *decoder = OSSL_DECODER_CTX_new_for_pkey(
        &parameters, "PEM", NULL, "DH", OSSL_KEYMGMT_SELECT_DOMAIN_PARAMETERS, NULL, NULL);
    int done = decoder && OSSL_DECODER_from_bio(decoder, file) && parameters;
    OSSL_DECODER_CTX_free(decoder);
    BIO_free(file);
    // The context owns them once it has them.
    if (done && SSL_CTX_set0_tmp_dh_pkey(context, parameters)) return 1;
    EVP_PKEY_free(parameters);
    return 0;
}

/// The name that a client asks for. Returns 0 for one that is too long.
static inline int duet_tls_ask_for(SSL *ssl, const char *host) { return (int)SSL_set_tlsext_host_name(ssl, host); }

/// PEM's passwords come from here, whatever the library would rather ask a terminal.
static inline int duet_tls_password(char *buffer, int size, int writes, void *password) {
    (void)writes;
    if (!password) return 0;
    size_t length = strlen((const char *)password);
    if (length > (size_t)size) return 0;
    memcpy(buffer, password, length);
    return (int)length;
}

/// Uses a key file, with its password or NULL. `format` is SSL_FILETYPE_PEM or SSL_FILETYPE_ASN1. Returns 0 with
/// the reason queued.
static inline int duet_tls_load_key(SSL_CTX *context, const char *path, int format, const char *password) {
    SSL_CTX_set_default_passwd_cb(context, duet_tls_password);
    SSL_CTX_set_default_passwd_cb_userdata(context, (void *)password);
    int done = SSL_CTX_use_PrivateKey_file(context, path, format);
    SSL_CTX_set_default_passwd_cb_userdata(context, NULL);
    return done;
}

/// Frees a text that the library made.
static inline void duet_tls_free(char *text) { OPENSSL_free(text); }

#endif
