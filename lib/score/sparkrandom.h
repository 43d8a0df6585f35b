/*
 * sparkrandom - the random numbers of Spark (org.apache.spark.util.random,
 * java.util.Random), so that a sample or random centers are the ones that it
 * would take from a single partition.
 */
#ifndef SPT_SCORE_SPARKRANDOM_H
#define SPT_SCORE_SPARKRANDOM_H

#include <stdbool.h>
#include <stdint.h>

/* XORShiftRandom. */
struct spt_spark_random {
	uint64_t state;
	bool has_next; /* the second normal number of a pair */
	double next;
};

void spt_spark_random_seed(struct spt_spark_random *r, int64_t seed);
double spt_spark_random_double(struct spt_spark_random *r);
/* Mean 0, standard deviation 1 (Marsaglia's polar method, as Java's). */
double spt_spark_random_gaussian(struct spt_spark_random *r);

/* BernoulliSampler: whether each of a row of elements is in the sample. */
struct spt_spark_sample {
	struct spt_spark_random random;
	double fraction;
	int64_t gap; /* elements to leave out; fractions up to 0.4 */
};

/* As rdd.sample(false, fraction, seed) does in partition 0. */
void spt_spark_sample_start(
    struct spt_spark_sample *s, double fraction, int64_t seed);
bool spt_spark_sample_next(struct spt_spark_sample *s);

#endif
