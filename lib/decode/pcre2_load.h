/*
 * pcre2_load - PCRE2 (8-bit), found at run time.
 *
 * Only -p and -P need it, and a program that does not match patterns should
 * neither pay for loading it nor refuse to start without it.  Not installed.
 */
#ifndef SPT_PCRE2_LOAD_H
#define SPT_PCRE2_LOAD_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/err.h"

/* The functions in use, under their names without "pcre2_". */
#define SPT_PCRE2_FUNCTIONS(X)            \
	X(compile)                        \
	X(code_free)                      \
	X(compile_context_create)         \
	X(compile_context_free)           \
	X(set_newline)                    \
	X(pattern_info)                   \
	X(jit_compile)                    \
	X(jit_stack_create)               \
	X(jit_stack_assign)               \
	X(jit_stack_free)                 \
	X(match)                          \
	X(match_context_create)           \
	X(match_context_free)             \
	X(set_match_limit)                \
	X(set_depth_limit)                \
	X(set_heap_limit)                 \
	X(match_data_create_from_pattern) \
	X(match_data_free)                \
	X(get_ovector_pointer)            \
	X(get_error_message)

#define SPT_PCRE2_POINTER(f) __typeof__(pcre2_##f) *f;

struct spt_pcre2 {
	void *library;
	SPT_PCRE2_FUNCTIONS(SPT_PCRE2_POINTER)
};

/* 0; -1 with SPT_ESYSTEM when the library, or something in it, is missing. */
SPT_MUST int spt__pcre2_load(struct spt_pcre2 *t, struct spt_err *e);
/* A zeroed table is fine.  Nothing that the functions made may be left. */
void spt__pcre2_unload(struct spt_pcre2 *t);

#endif
