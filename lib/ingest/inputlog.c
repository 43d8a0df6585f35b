#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/inputlog.h"

void
spt_inputlog_fini(struct spt_inputlog *l, const struct spt_io *io)
{
	spt_free(io, l->format);
	spt_free(io, l->args);
	spt_free(io, l->bad);
	memset(l, 0, sizeof *l);
}

int
spt_inputlog_put(
    struct spt_buf *out, const struct spt_inputlog *l, struct spt_err *e)
{
	if (spt_buf_printf(out, e, "base %" PRId64 "\nformat %s\nargs %s\n",
		l->base, l->format, l->args) < 0)
		return -1;
	if (l->bad != NULL && spt_buf_printf(out, e, "bad %s\n", l->bad) < 0)
		return -1;
	if (l->run == 0)
		return 0;
	return spt_buf_printf(out, e,
	    "spool %" PRId64 " %" PRId64 " %" PRIu64 " %" PRIu64 " %" PRId64
	    " %" PRIu64 "\n",
	    l->run, l->from.segment, l->from.byte, l->skip, l->to.segment,
	    l->to.byte);
}

/* The rest of the line behind a word, copied; *text is behind the line.  1, 0:
 * the line has another word, -1. */
static int
take(const char **text, const char *word, const struct spt_io *io, char **out,
    struct spt_err *e)
{
	size_t n = strlen(word);
	const char *end;

	if (strncmp(*text, word, n) != 0 || (*text)[n] != ' ')
		return 0;
	end = strchr(*text, '\n');
	if (end == NULL)
		return 0;
	*out = spt_strndup(io, *text + n + 1, (size_t)(end - *text) - n - 1, e);
	*text = end + 1;
	return *out != NULL ? 1 : -1;
}

static int
damaged(struct spt_err *e)
{
	return spt_fail(
	    e, SPT_ECHECKPOINT, "the description of its input is damaged");
}

static int
get_spool(struct spt_inputlog *l, const char *text, struct spt_err *e)
{
	int end = -1;

	if (sscanf(text,
		"%" SCNd64 " %" SCNd64 " %" SCNu64 " %" SCNu64 " %" SCNd64
		" %" SCNu64 "%n",
		&l->run, &l->from.segment, &l->from.byte, &l->skip,
		&l->to.segment, &l->to.byte, &end) != 6 ||
	    end < 0 || text[end] != '\0' || l->run < 1)
		return damaged(e);
	return 0;
}

int
spt_inputlog_get(struct spt_inputlog *l, const struct spt_io *io,
    const char **text, struct spt_err *e)
{
	char *word = NULL, *end;
	int rc;

	memset(l, 0, sizeof *l);
	rc = take(text, "base", io, &word, e);
	if (rc <= 0)
		return rc < 0 ? -1 : damaged(e);
	l->base = strtoll(word, &end, 10);
	rc = *word == '\0' || *end != '\0' ? damaged(e) : 0;
	spt_free(io, word);
	if (rc < 0)
		return -1;
	if ((rc = take(text, "format", io, &l->format, e)) <= 0 ||
	    (rc = take(text, "args", io, &l->args, e)) <= 0)
		return rc < 0 ? -1 : damaged(e);
	if (take(text, "bad", io, &l->bad, e) < 0)
		return -1;
	word = NULL;
	rc = take(text, "spool", io, &word, e);
	if (rc > 0)
		rc = get_spool(l, word, e);
	spt_free(io, word);
	return rc < 0 ? -1 : 0;
}
