/*
 * mapexplain - how a program is run, for people.
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "expr/map.h"

#define DEPTH_MAX 24 /* of what is spelled out */

static const char *
sign_of(enum spt_expr_op op)
{
	static const char *const signs[] = { "?", "+", "-", "*", "/", "%",
		"==", "!=", "<", "<=", ">", ">=" };

	return signs[op <= SPT_OP_GE ? op : 0];
}

static const char *
name_of(const struct spt_node *n)
{
	switch (n->op) {
	case SPT_NODE_MATH:
		return n->name;
	case SPT_NODE_LENGTH:
		return "length";
	case SPT_NODE_CASE:
		return n->truth ? "ascii_upcase" : "ascii_downcase";
	case SPT_NODE_STARTS:
		return "startswith";
	case SPT_NODE_ENDS:
		return "endswith";
	case SPT_NODE_CONTAINS:
		return n->truth ? "test" : "contains";
	case SPT_NODE_LTRIM:
		return "ltrimstr";
	case SPT_NODE_RTRIM:
		return "rtrimstr";
	case SPT_NODE_SPLIT:
		return "split";
	case SPT_NODE_TOSTRING:
		return "tostring";
	case SPT_NODE_TONUMBER:
		return "tonumber";
	case SPT_NODE_TYPE:
		return "type";
	case SPT_NODE_NOT:
		return "not";
	case SPT_NODE_FAIL:
		return "error";
	default:
		return "now";
	}
}

static int
put_const(const struct spt_node *n, struct spt_buf *out, struct spt_err *e)
{
	char text[SPT_NUMBER_TEXT];
	size_t len;

	switch (n->kinds) {
	case SPT_KIND_NUMBER:
		len = spt_float_print(text, n->number);
		/* Whole ones as they are written. */
		if (len > 2 && memcmp(text + len - 2, ".0", 2) == 0)
			len -= 2;
		return spt_buf_put(out, text, len, e);
	case SPT_KIND_BOOL:
		return spt_buf_puts(out, n->truth ? "true" : "false", e);
	case SPT_KIND_TEXT:
		return spt_json_put_string(out, n->text, n->n, e);
	default:
		return spt_buf_puts(out, "null", e);
	}
}

static int put_node(const struct spt_fast *f, const struct spt_node *n,
    struct spt_buf *out, int depth, struct spt_err *e);

/* (a sign b) */
static int
put_pair(const struct spt_fast *f, const struct spt_node *n, const char *sign,
    struct spt_buf *out, int depth, struct spt_err *e)
{
	if (spt_buf_putc(out, '(', e) < 0 ||
	    put_node(f, n->a, out, depth, e) < 0 ||
	    spt_buf_printf(out, e, " %s ", sign) < 0 ||
	    put_node(f, n->b, out, depth, e) < 0)
		return -1;
	return spt_buf_putc(out, ')', e);
}

static int
put_if(const struct spt_fast *f, const struct spt_node *n, struct spt_buf *out,
    int depth, struct spt_err *e)
{
	if (spt_buf_puts(out, "if ", e) < 0 ||
	    put_node(f, n->a, out, depth, e) < 0 ||
	    spt_buf_puts(out, " then ", e) < 0 ||
	    put_node(f, n->b, out, depth, e) < 0 ||
	    spt_buf_puts(out, " else ", e) < 0 ||
	    put_node(f, n->c, out, depth, e) < 0)
		return -1;
	return spt_buf_puts(out, " end", e);
}

/* (a | name("text")[k]) */
static int
put_call(const struct spt_fast *f, const struct spt_node *n,
    struct spt_buf *out, int depth, struct spt_err *e)
{
	if (n->a == NULL)
		return spt_buf_puts(out, name_of(n), e);
	if (spt_buf_putc(out, '(', e) < 0 ||
	    put_node(f, n->a, out, depth, e) < 0 ||
	    spt_buf_printf(out, e, " | %s", name_of(n)) < 0)
		return -1;
	if (n->op == SPT_NODE_STARTS || n->op == SPT_NODE_ENDS) {
		if (spt_buf_putc(out, '(', e) < 0 ||
		    put_node(f, n->b, out, depth, e) < 0 ||
		    spt_buf_putc(out, ')', e) < 0)
			return -1;
	} else if (n->text != NULL && n->op != SPT_NODE_TYPE) {
		if (spt_buf_putc(out, '(', e) < 0 ||
		    spt_json_put_string(out, n->text, n->n, e) < 0 ||
		    spt_buf_putc(out, ')', e) < 0)
			return -1;
	}
	if (n->op == SPT_NODE_SPLIT &&
	    spt_buf_printf(out, e, "[%.0f]", n->number) < 0)
		return -1;
	return spt_buf_putc(out, ')', e);
}

static int
put_node(const struct spt_fast *f, const struct spt_node *n,
    struct spt_buf *out, int depth, struct spt_err *e)
{
	if (depth > DEPTH_MAX)
		return spt_buf_puts(out, "...", e);
	depth++;
	switch (n->op) {
	case SPT_NODE_COL:
		return spt_buf_printf(
		    out, e, ".%s", f->in->fields[n->col].name);
	case SPT_NODE_CONST:
		return put_const(n, out, e);
	case SPT_NODE_ARITH:
	case SPT_NODE_COMPARE:
		return put_pair(f, n, sign_of(n->arith), out, depth, e);
	case SPT_NODE_CONCAT:
		return put_pair(f, n, "+", out, depth, e);
	case SPT_NODE_AND:
		return put_pair(f, n, "and", out, depth, e);
	case SPT_NODE_OR:
		return put_pair(f, n, "or", out, depth, e);
	case SPT_NODE_ALT:
		return put_pair(f, n, "//", out, depth, e);
	case SPT_NODE_IF:
		return put_if(f, n, out, depth, e);
	case SPT_NODE_SEQ:
		return put_node(f, n->b, out, depth, e);
	case SPT_NODE_NEG:
		return spt_buf_puts(out, "-", e) < 0
			   ? -1
			   : put_node(f, n->a, out, depth, e);
	default:
		return put_call(f, n, out, depth, e);
	}
}

int
spt_fast_explain(const struct spt_fast *f, const struct spt_mapspec *s,
    struct spt_buf *out, struct spt_err *e)
{
	for (const struct spt_step *t = f->bind.steps; t != NULL; t = t->next)
		if (t->filter && (spt_buf_puts(out, "select: ", e) < 0 ||
				     put_node(f, t->node, out, 0, e) < 0 ||
				     spt_buf_putc(out, '\n', e) < 0))
			return -1;
	for (size_t k = 0; k < f->n; k++) {
		const struct spt_exprout *o = &f->out[k];

		if (spt_buf_printf(out, e, "%s: ", s->schema.fields[k].name) <
		    0)
			return -1;
		if ((o->how == SPT_OUT_PASS || o->node == NULL
			    ? spt_buf_printf(out, e, "%s",
				  o->how == SPT_OUT_NULL ? "null" : "passed on")
			    : put_node(f, o->node, out, 0, e)) < 0 ||
		    spt_buf_putc(out, '\n', e) < 0)
			return -1;
	}
	return 0;
}

/* "columns: ..." */
static int
put_columns(const struct spt_map *m, const char *note, struct spt_buf *out,
    struct spt_err *e)
{
	if (spt_buf_puts(out, "columns: ", e) < 0 ||
	    spt_mapspec_print(&m->spec, -1, SPT_BOOL, out, e) < 0)
		return -1;
	return spt_buf_puts(out, note, e);
}

/* The columns, and how they are known.  1: by kernels. */
static int
find_columns(struct spt_map *m, const char **note, struct spt_err *e)
{
	bool unsure = false;
	int rc;

	*note = "\n";
	if (m->conf.same && spt_mapspec_add_input(&m->spec, m->in, e) < 0)
		return -1;
	if (m->conf.same || m->conf.schema != NULL) {
		if (spt_mapspec_bind(&m->spec, m->in, NULL, e) < 0)
			return -1;
	} else if (m->fast.result != NULL) {
		rc = spt_fast_derive(&m->fast, &m->spec, &unsure, e);
		if (rc <= 0)
			return rc;
	}
	if (unsure)
		*note = " (and learnt from the first results instead, where "
			"the first rows have integers beyond 2^53)\n";
	return m->fast.result != NULL ? spt_fast_fit(&m->fast, &m->spec, e) : 0;
}

int
spt_map_explain(struct spt_map *m, const struct spt_schema *in,
    struct spt_buf *out, struct spt_err *e)
{
	const char *note;
	int rc;

	m->in = in;
	if (m->fast.tree != NULL && spt_fast_open(&m->fast, in, e) < 0)
		return -1;
	rc = find_columns(m, &note, e);
	if (rc < 0)
		return -1;
	if (rc > 0)
		return spt_buf_puts(out, "compiled: yes\n", e) < 0 ||
			       spt_fast_explain(&m->fast, &m->spec, out, e) <
				   0 ||
			       put_columns(m, note, out, e) < 0
			   ? -1
			   : 0;
	if (spt_buf_printf(out, e,
		"compiled: no, libjq runs it row by row: %s is not compiled\n",
		m->fast.why) < 0)
		return -1;
	if (m->conf.same || m->conf.schema != NULL)
		return put_columns(m, note, out, e);
	return spt_buf_printf(out, e,
	    "columns: learnt from the first %d results\n", SPT_MAP_LEARN);
}
