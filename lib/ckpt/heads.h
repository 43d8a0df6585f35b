/*
 * heads - the newest state file of each stage, as text: what spate:heads
 * carries.
 *
 *   heads := head { " " head }          head := id "=" what
 *   what  := "-" | file ":" length ":" mark
 *
 * "-" is a stage that has no state yet; mark is that of the file's last record
 * below length (record.h), 8 hexadecimal digits.
 */
#ifndef SPT_HEADS_H
#define SPT_HEADS_H

#include "base/buf.h"

#define SPT_ID_MAX 100   /* bytes of a stage's id */
#define SPT_HEAD_SIZE 80 /* of `what`, with the NUL */

struct spt_head {
	char file[40]; /* "" for "-": no state */
	uint64_t length;
	uint32_t mark;
};

/* A stage's id: letters, digits, '_', '-', '.', not first a '.'; at most
 * SPT_ID_MAX.  0, or -1 (SPT_EUSAGE, quotes it). */
SPT_MUST int spt_id_check(const char *id, struct spt_err *e);

/* Appends heads (NULL: none) with what for id put in or replaced. */
SPT_MUST int spt_heads_set(struct spt_buf *out, const char *heads,
    const char *id, const char *what, struct spt_err *e);
/* 1: what is filled.  0: id is not among them.  -1: malformed
 * (SPT_ECHECKPOINT). */
SPT_MUST int spt_heads_get(const char *heads, const char *id,
    char what[SPT_HEAD_SIZE], struct spt_err *e);
/* Several barriers made one: appends a, then those of b whose ids a has not. */
SPT_MUST int spt_heads_merge(
    struct spt_buf *out, const char *a, const char *b, struct spt_err *e);

void spt_head_print(const struct spt_head *h, char what[SPT_HEAD_SIZE]);
SPT_MUST int spt_head_parse(
    struct spt_head *h, const char *what, struct spt_err *e);

#endif
