/*
 * planmode - looks for one key in JSON text without building anything: strings
 * are the only tokens that can hide one, so a walk from string to string that
 * minds backslashes is enough.
 */
#include <string.h>

#include "egress/planmode.h"

/* p is behind an opening quote.  Behind the closing one; *n gets the length
 * of what is between them. */
static const char *
skip_string(const char *p, size_t *n)
{
	const char *start = p;

	while (*p != '\0' && *p != '"') {
		if (*p == '\\' && p[1] != '\0')
			p++;
		p++;
	}
	*n = (size_t)(p - start);
	return *p != '\0' ? p + 1 : p;
}

static bool
is(const char *p, size_t n, const char *word)
{
	return n == strlen(word) && memcmp(p, word, n) == 0;
}

enum spt_rows_mode
spt_plan_mode(const char *plan)
{
	enum spt_rows_mode mode = SPT_ROWS_APPEND;
	const char *p = plan != NULL ? plan : "", *text;
	bool key = false; /* the string before was "mode", with a colon */
	size_t n;

	while ((p = strchr(p, '"')) != NULL) {
		text = ++p;
		p = skip_string(p, &n);
		if (key && is(text, n, "append"))
			mode = SPT_ROWS_APPEND;
		else if (key && is(text, n, "update"))
			mode = SPT_ROWS_UPDATE;
		else if (key && is(text, n, "complete"))
			mode = SPT_ROWS_COMPLETE;
		key = is(text, n, "mode");
		if (!key)
			continue;
		p += strspn(p, " \t\r\n");
		key = *p == ':';
		p += key;
		p += strspn(p, " \t\r\n");
		key = key && *p == '"';
	}
	return mode;
}
