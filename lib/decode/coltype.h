/*
 * coltype - the type of a column, and for timestamps how they are written.
 */
#ifndef SPT_COLTYPE_H
#define SPT_COLTYPE_H

#include "base/buf.h"
#include "batch/type.h"

enum spt_time_form {
	SPT_FORM_RFC3339 = 0, /* timestamp: spt_time_parse */
	SPT_FORM_EPOCH,       /* timestamp(s), (ms), (us), (ns) */
	SPT_FORM_CLF,
	SPT_FORM_SYSLOG,
	SPT_FORM_STRPTIME,
};

struct spt_coltype {
	enum spt_type type;
	enum spt_time_form form; /* of a timestamp, as all below */
	int64_t unit;            /* epoch: microseconds, 0 for ns */
	char *format;            /* strptime: owned */
};

/* Reads a type at *p and moves behind it.  SPT_EUSAGE: `at "flot": no such
 * type (...)`. */
SPT_MUST int spt_coltype_scan(struct spt_coltype *t, const struct spt_io *io,
    const char **p, struct spt_err *e);
/* The whole text is one type. */
SPT_MUST int spt_coltype_parse(struct spt_coltype *t, const struct spt_io *io,
    const char *text, struct spt_err *e);
/* Appends the text that parse reads the same. */
SPT_MUST int spt_coltype_put(
    struct spt_buf *out, const struct spt_coltype *t, struct spt_err *e);
SPT_MUST int spt_coltype_copy(struct spt_coltype *dst, const struct spt_io *io,
    const struct spt_coltype *src, struct spt_err *e);
void spt_coltype_fini(struct spt_coltype *t, const struct spt_io *io);

#endif
