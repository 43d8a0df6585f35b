/*
 * simd - the ways to look at many bytes at once.  All of them find the same;
 * which are compiled in depends on the machine, which of these run on the
 * processor.  Not installed.
 */
#ifndef SPT_SIMD_H
#define SPT_SIMD_H

#include <stdbool.h>

#if defined(__x86_64__) && defined(__GNUC__)
#define SPT_SIMD 1 /* <immintrin.h> is there */
/* For functions of the way of that name. */
#define SPT_AVX2 __attribute__((target("avx2,bmi,popcnt")))
#else
#define SPT_SIMD 0
#endif

enum spt_way { SPT_WAY_PORTABLE, SPT_WAY_SSE2, SPT_WAY_AVX2 };

static inline bool
spt_way_runs(enum spt_way way)
{
#if SPT_SIMD
	return way != SPT_WAY_AVX2 || (__builtin_cpu_supports("avx2") &&
					  __builtin_cpu_supports("bmi") &&
					  __builtin_cpu_supports("popcnt"));
#else
	return way == SPT_WAY_PORTABLE;
#endif
}

static inline enum spt_way
spt_way_best(void)
{
	enum spt_way way = SPT_WAY_AVX2;

	while (!spt_way_runs(way))
		way--;
	return way;
}

#endif
