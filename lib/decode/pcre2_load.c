/*
 * pcre2_load - a table of functions filled by dlsym.  <pcre2.h> spells the
 * names with their width at the end (pcre2_compile is pcre2_compile_8), which
 * the symbols have too.
 */
#include <string.h>

#include "base/library.h"
#include "decode/pcre2_load.h"

#define LIBRARY "libpcre2-8.so.0"

#define TEXT(name) #name
/* By way of a second macro, so that the name is expanded first. */
#define SYMBOL(name) TEXT(name)

int
spt__pcre2_load(struct spt_pcre2 *t, struct spt_err *e)
{
	memset(t, 0, sizeof *t);
	if (spt_library_open(&t->library, LIBRARY,
		"patterns need PCRE2 (Debian: libpcre2-8-0)", e) < 0)
		return -1;

#define LOOK_UP(f)                                                     \
	if (spt_library_find(                                          \
		t->library, LIBRARY, SYMBOL(pcre2_##f), &t->f, e) < 0) \
		goto fail;
	SPT_PCRE2_FUNCTIONS(LOOK_UP)
#undef LOOK_UP
	return 0;

fail:
	spt__pcre2_unload(t);
	return -1;
}

void
spt__pcre2_unload(struct spt_pcre2 *t)
{
	spt_library_close(t->library);
	memset(t, 0, sizeof *t);
}
