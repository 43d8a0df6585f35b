/*
 * stageargs - finds single arguments in the JSON objects that programs make of
 * what they were told.  They are compared as the text that a program printed:
 * whoever prints one value in two ways has two values.
 */
#include <stdbool.h>
#include <string.h>

#include "stage/stageargs.h"

/* Behind the string that begins at p. */
static const char *
skip_string(const char *p)
{
	for (p++; *p != '\0' && *p != '"'; p++)
		if (*p == '\\' && p[1] != '\0')
			p++;
	return *p == '"' ? p + 1 : p;
}

/* Behind the value that begins at p: at the comma or the bracket after it. */
static const char *
skip_value(const char *p)
{
	int depth = 0;

	while (*p != '\0') {
		if (*p == '"') {
			p = skip_string(p);
			continue;
		}
		if (depth == 0 && (*p == ',' || *p == '}'))
			break;
		depth += (*p == '{' || *p == '[') - (*p == '}' || *p == ']');
		p++;
	}
	return p;
}

/* The value of a member of the object, *n bytes; "" where there is none. */
static const char *
find(const char *object, const char *name, size_t *n)
{
	size_t len = strlen(name);

	for (const char *p = object; *p == '{' || *p == ',';) {
		const char *key = p + 1, *value, *end;

		if (*key != '"')
			break;
		value = skip_string(key);
		if (*value != ':')
			break;
		end = skip_value(value + 1);
		if ((size_t)(value - key) == len + 2 &&
		    memcmp(key + 1, name, len) == 0) {
			*n = (size_t)(end - value) - 1;
			return value + 1;
		}
		p = end;
	}
	*n = 0;
	return "";
}

int
spt_stageargs_compare(const char *was, const char *is, const char *const *names,
    struct spt_err *e)
{
	for (; names != NULL && *names != NULL; names++) {
		size_t n, m;
		const char *a = find(was, *names, &n);
		const char *b = find(is, *names, &m);

		if (n == m && memcmp(a, b, n) == 0)
			continue;
		return spt_fail(e, SPT_ECHECKPOINT,
		    "the state was kept with another %s: it was %.*s, now it "
		    "is %.*s",
		    *names, n != 0 ? (int)(n < 200 ? n : 200) : 4,
		    n != 0 ? a : "none", m != 0 ? (int)(m < 200 ? m : 200) : 4,
		    m != 0 ? b : "none");
	}
	return 1;
}
