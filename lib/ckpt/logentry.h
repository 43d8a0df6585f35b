/*
 * logentry - the payloads of both logs, for those who read the files
 * themselves.  Private to lib/ckpt.
 */
#ifndef SPT_LOGENTRY_H
#define SPT_LOGENTRY_H

#include "ckpt/epochlog.h"
#include "ckpt/record.h"

/* out points into rec.  -1: not such a record; name and byte are said. */
SPT_MUST int spt_epoch_get(const struct spt_rec *rec, const char *name,
    struct spt_epoch *out, struct spt_err *e);
SPT_MUST int spt_commit_get(const struct spt_rec *rec, const char *name,
    struct spt_commit *out, struct spt_err *e);

/* Is the id of ep, which lies at byte `at` of name, the one that follows
 * before ("": not known, the log was trimmed)?  0 yes, -1 no. */
SPT_MUST int spt_epoch_verify(const char *uuid, const char *before,
    const struct spt_epoch *ep, uint64_t at, const char *name,
    struct spt_err *e);

/* The newest of each log (epoch -1: none), on loan until spt_log_peek_end,
 * which must be called in any case (NULL is fine). */
struct spt_peek;
SPT_MUST int spt_log_peek(const struct spt_ckpt *c, struct spt_peek **p,
    struct spt_epoch *logged, struct spt_commit *committed, struct spt_err *e);
void spt_log_peek_end(struct spt_peek *p);

#endif
