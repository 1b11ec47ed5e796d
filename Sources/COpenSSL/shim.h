#pragma once
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/* What Swift cannot import: macros, and lists that are typed by macros. */

static inline void cable_ctx_harden(SSL_CTX *c) {
    SSL_CTX_set_min_proto_version(c, TLS1_3_VERSION);
    SSL_CTX_set_max_proto_version(c, TLS1_3_VERSION);
    SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(c, 0);
    SSL_CTX_set_max_early_data(c, 0);
    SSL_CTX_set_options(c, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_read_ahead(c, 1);
    SSL_CTX_set_default_read_buffer_len(c, 65536);
}
static inline int cable_ctx_groups(SSL_CTX *c, const char *groups) { return (int)SSL_CTX_set1_groups_list(c, groups); }
static inline long cable_bio_pending(BIO *b, char **octets) { return BIO_get_mem_data(b, octets); }
static inline void cable_bio_reset(BIO *b) { (void)BIO_reset(b); }
static inline EVP_PKEY *cable_generate_p256(void) { return EVP_EC_gen("P-256"); }
static inline int cable_names_count(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }
static inline const GENERAL_NAME *cable_names_at(const GENERAL_NAMES *names, int i) {
    return sk_GENERAL_NAME_value(names, i);
}
/* The text of a name if it is a URI, else null; its length in *n. */
static inline const unsigned char *cable_name_uri(const GENERAL_NAME *name, int *n) {
    if (name->type != GEN_URI) return NULL;
    *n = ASN1_STRING_length(name->d.uniformResourceIdentifier);
    return ASN1_STRING_get0_data(name->d.uniformResourceIdentifier);
}
static inline GENERAL_NAMES *cable_subject_names(const X509 *c) {
    return (GENERAL_NAMES *)X509_get_ext_d2i(c, NID_subject_alt_name, NULL, NULL);
}
static inline int cable_revoked_count(X509_CRL *list) {
    STACK_OF(X509_REVOKED) *all = X509_CRL_get_REVOKED(list);
    return all ? sk_X509_REVOKED_num(all) : 0;
}
static inline void cable_names_free(GENERAL_NAMES *names) { GENERAL_NAMES_free(names); }
static inline X509_EXTENSION *cable_extension(X509 *subject, X509 *issuer, int nid, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, subject, NULL, NULL, 0);
    return X509V3_EXT_conf_nid(NULL, &context, nid, value);
}
static inline int cable_nid_basic_constraints(void) { return NID_basic_constraints; }
static inline int cable_nid_common_name(void) { return NID_commonName; }
static inline int cable_nid_key_usage(void) { return NID_key_usage; }
static inline int cable_nid_ext_key_usage(void) { return NID_ext_key_usage; }
static inline int cable_nid_subject_alt_name(void) { return NID_subject_alt_name; }
static inline int cable_nid_subject_key_identifier(void) { return NID_subject_key_identifier; }
static inline int cable_nid_authority_key_identifier(void) { return NID_authority_key_identifier; }
static inline int cable_hash_small(const void *octets, size_t n, unsigned char *out) {
    SHA256_CTX context;
    return SHA256_Init(&context) && SHA256_Update(&context, octets, n) && SHA256_Final(out, &context);
}
static inline int cable_hash_leaf(unsigned char kind, const void *content, size_t n, unsigned char *out) {
    unsigned char head[10] = {0, kind};
    SHA256_CTX context;
    for (int i = 0; i < 8; i++) head[2 + i] = (unsigned char)((unsigned long long)n >> (56 - 8 * i));
    return SHA256_Init(&context) && SHA256_Update(&context, head, sizeof head) && SHA256_Update(&context, content, n) &&
           SHA256_Final(out, &context);
}
static inline int cable_hash_node(const unsigned char *left, const unsigned char *right, unsigned char *out) {
    unsigned char one = 1;
    SHA256_CTX context;
    return SHA256_Init(&context) && SHA256_Update(&context, &one, 1) && SHA256_Update(&context, left, 32) &&
           SHA256_Update(&context, right, 32) && SHA256_Final(out, &context);
}
static inline int cable_hash_many_init(SHA256_CTX *c) { return SHA256_Init(c); }
static inline int cable_hash_many_update(SHA256_CTX *c, const void *octets, size_t n) { return SHA256_Update(c, octets, n); }
static inline int cable_hash_many_final(unsigned char *out, SHA256_CTX *c) { return SHA256_Final(out, c); }
