/*
 * hash - a fast keyed hash for tables in memory (never stored: its values may
 * differ from run to run), and CRC32C for what is stored.
 */
#ifndef SPT_HASH_H
#define SPT_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t spt_hash(uint64_t seed, const void *p, size_t n);
/* hash[i]: hash[i] as the seed for text rows[i], which is in bytes from
 * offsets[rows[i]] up to the next offset; of bytes, end can be read. */
void spt_hash_texts(uint64_t *hash, const char *bytes, const int32_t *offsets,
    const uint32_t *rows, size_t n, size_t end);
uint64_t spt_hash_int(uint64_t seed, uint64_t v);
/* A seed for this process: random. */
uint64_t spt_hash_seed(void);

/* CRC32C (Castagnoli, RFC 3720 B.4): crc of "123456789" from 0 is
 * 0xE3069283.  Continue by passing the crc so far. */
uint32_t spt_crc32c(uint32_t crc, const void *p, size_t n);
/* The same without the processor's help.  Not for callers: for the test that
 * both agree. */
uint32_t spt__crc32c_table(uint32_t crc, const void *p, size_t n);

#endif
