/*
 * schema_text - the text of -s: name type [path], name type [path], ...
 *
 *	ts timestamp(ms), user string .actor.login, "odd, name" int
 *
 * A name with blanks, commas, quotes or controls stands in double quotes.
 */
#ifndef SPT_SCHEMA_TEXT_H
#define SPT_SCHEMA_TEXT_H

#include "decode/coltype.h"
#include "decode/jsonpath.h"

struct spt_column_spec {
	char *name;
	struct spt_coltype type;
	struct spt_jsonpath path; /* .io NULL: none */
};

struct spt_schema_text {
	const struct spt_io *io;
	struct spt_column_spec *v;
	size_t n, cap;
};

/* text NULL: no columns.  SPT_EUSAGE: `at "flot": no such type (...)`; the
 * struct is then empty. */
SPT_MUST int spt_schema_text_parse(struct spt_schema_text *s,
    const struct spt_io *io, const char *text, struct spt_err *e);
void spt_schema_text_fini(struct spt_schema_text *s);
/* NULL: no column of this name. */
const struct spt_column_spec *spt_schema_text_find(
    const struct spt_schema_text *s, const char *name);

/* Appends one column, with ", " in front when out is not empty; path may be
 * NULL. */
SPT_MUST int spt_schema_text_put(struct spt_buf *out, const char *name,
    const struct spt_coltype *t, const struct spt_jsonpath *path,
    struct spt_err *e);
/* Appends a name, in quotes when it needs them. */
SPT_MUST int spt_schema_text_put_name(
    struct spt_buf *out, const char *name, struct spt_err *e);

#endif
