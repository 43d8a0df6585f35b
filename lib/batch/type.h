/*
 * type - the five column types, and the text metadata that schemas, fields
 * and messages carry.
 */
#ifndef SPT_TYPE_H
#define SPT_TYPE_H

#include "base/io.h"

enum spt_type {
	SPT_BOOL = 1,
	SPT_INT64,
	SPT_FLOAT64,
	SPT_UTF8,
	SPT_TIMESTAMP, /* microseconds since 1970, UTC */
};

/* The word that -s and messages use: bool int float string timestamp. */
const char *spt_type_name(enum spt_type t);

/* ---- metadata: an ordered list of text pairs, keys unique -------------- */

struct spt_pair {
	char *key, *value;
};

struct spt_meta {
	const struct spt_io *io;
	struct spt_pair *v;
	size_t n, cap;
};

void spt_meta_init(struct spt_meta *m, const struct spt_io *io);
void spt_meta_fini(struct spt_meta *m);
/* The value, on loan until m changes; NULL when there is none. */
const char *spt_meta_get(const struct spt_meta *m, const char *key);
/* Copies; replaces the value in place if the key is there. */
SPT_MUST int spt_meta_set(
    struct spt_meta *m, const char *key, const char *value, struct spt_err *e);
void spt_meta_remove(struct spt_meta *m, const char *key);
/* dst is initialised and gets what src has. */
SPT_MUST int spt_meta_copy(
    struct spt_meta *dst, const struct spt_meta *src, struct spt_err *e);
void spt_meta_clear(struct spt_meta *m);

/* The keys (spate-stream(5)). */
#define SPT_KEY_PROFILE "spate:profile"
#define SPT_KEY_PLAN "spate:plan"
#define SPT_KEY_BOUNDED "spate:bounded"
#define SPT_KEY_CHECKPOINT "spate:checkpoint"
#define SPT_KEY_QUERY "spate:query"
#define SPT_KEY_RUN "spate:run"
#define SPT_KEY_RESTORE "spate:restore"
#define SPT_KEY_HEADS "spate:heads"
#define SPT_KEY_EVENT_TIME "spate:event_time"
#define SPT_KEY_GROUP "spate:key"
#define SPT_KEY_RANGE "spate:range"
#define SPT_KEY_KIND "spate:kind"
#define SPT_KEY_EPOCH "spate:epoch"
#define SPT_KEY_TIME "spate:time"
#define SPT_KEY_WATERMARK "spate:watermark"
#define SPT_KEY_FINAL "spate:final"
#define SPT_KEY_ID "spate:id"
#define SPT_KEY_PROGRESS "spate:progress"
#define SPT_KEY_REASON "spate:reason"

#endif
