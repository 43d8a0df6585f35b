/*
 * jsonpath - the way to a value inside a JSON document: .actor.login,
 * .items[0].id, ."odd key", and . for the document itself.
 */
#ifndef SPT_JSONPATH_H
#define SPT_JSONPATH_H

#include "base/buf.h"

#define SPT_JSONPATH_STEPS 64

struct spt_jsonstep {
	char *key;     /* of an object; NULL: an index */
	int64_t index; /* of an array, from 0 */
};

struct spt_jsonpath {
	const struct spt_io *io; /* NULL: there is no path */
	struct spt_jsonstep *v;
	size_t n, cap;
};

/* Reads the path at *p (which is its dot) and moves behind it.  The path is
 * the caller's (fini).  SPT_EUSAGE. */
SPT_MUST int spt_jsonpath_scan(struct spt_jsonpath *path,
    const struct spt_io *io, const char **p, struct spt_err *e);
SPT_MUST int spt_jsonpath_put(
    struct spt_buf *out, const struct spt_jsonpath *path, struct spt_err *e);
void spt_jsonpath_fini(struct spt_jsonpath *path);

#endif
