/*
 * keep - files/<hash>: what a stage uses (models, tables) is copied into the
 * checkpoint before its first use, so that a restart reads the same bytes.
 */
#ifndef SPT_KEEP_H
#define SPT_KEEP_H

#include "ckpt/ckptdir.h"

#define SPT_DIGEST_SIZE 33 /* of a 128-bit digest's text, with the NUL */

/* 128 bits against accidents, not against forgers: two hashes with keys of
 * their own, the same on every machine. */
struct spt_digest {
	uint64_t a, b, n;
	uint8_t rest[8]; /* bytes of a word that is not full yet */
};

void spt_digest_init(struct spt_digest *d);
void spt_digest_put(struct spt_digest *d, const void *p, size_t n);
void spt_digest_text(const struct spt_digest *d, char text[SPT_DIGEST_SIZE]);

/* Copies the file at path, durably, unless it is there already.  *hash is its
 * name below files/ and belongs into the stage's state; *kept (the caller's,
 * spt_free) is the copy's path, mode 0400. */
SPT_MUST int spt_keep_file(const struct spt_ckpt *c, const char *path,
    char hash[SPT_DIGEST_SIZE], char **kept, struct spt_err *e);
/* The path of a file that an earlier run kept, after its content was held
 * against its hash.  -1: gone or damaged (SPT_ECHECKPOINT). */
SPT_MUST int spt_keep_find(
    const struct spt_ckpt *c, const char *hash, char **kept, struct spt_err *e);

#endif
