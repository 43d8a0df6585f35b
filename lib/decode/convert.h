/*
 * convert - cells to typed values in the columns of a builder.
 *
 * Numbers and times ignore blanks around them, strings keep them.  A string
 * column takes everything: the text of a number, true, false, and nested JSON
 * as it stands.
 */
#ifndef SPT_CONVERT_H
#define SPT_CONVERT_H

#include "base/clfcache.h"
#include "base/timecache.h"
#include "decode/coltype.h"
#include "decode/format.h"

/* What conversions need to know beside the type, and count. */
struct spt_convert {
	const struct spt_io *io;
	const struct spt_tz *tz;
	int year;          /* of syslog times; 0: by mtime */
	spt_time mtime;    /* of the file */
	bool check_text;   /* text cells may not be UTF-8 */
	bool year_assumed; /* set when mtime gave a year */
	int64_t repaired;
	struct spt_buf scratch;
	struct spt_time_cache dates;
	struct spt_clf_cache clf_dates;
};

void spt_convert_init(struct spt_convert *k, const struct spt_io *io);
void spt_convert_fini(struct spt_convert *k);

/* Puts the cell into column col of out, which has type t->type.
 * 1: put; 0: it does not fit; -1. */
SPT_MUST int spt_convert_put(struct spt_convert *k, const struct spt_coltype *t,
    const struct spt_cell *c, struct spt_builder *out, size_t col,
    struct spt_err *e);

/* Why it did not fit (`not an int: "12x"`) and the -s to type, appended with a
 * NUL each that len does not count. */
SPT_MUST int spt_convert_explain(const struct spt_coltype *t,
    const struct spt_cell *c, const char *column, struct spt_buf *reason,
    struct spt_buf *remedy, struct spt_err *e);

/* The year of the file's time. */
int spt_convert_file_year(const struct spt_convert *k);

/* The value of a JSON number that is a whole number of int64, however it is
 * written (1.0, 1e3).  False: it is none. */
bool spt_json_whole(const char *p, size_t n, int64_t *v);

#endif
