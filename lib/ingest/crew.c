/*
 * crew - jobs lie in a ring: first those that are done or under way, in any
 * mixture, then those that nobody has begun.  A job belongs to whoever does it
 * from put to done, and the lock stands between, so jobs need none.
 */
#include <pthread.h>
#include <signal.h>

#include "ingest/crew.h"

struct spt_crew {
	const struct spt_io *io;
	void (*work)(void *job);
	pthread_mutex_t lock;
	pthread_cond_t more; /* there is a job to begin, or quit */
	pthread_cond_t done; /* the oldest job is */
	bool quit;
	/* Counted from the start of the ring's life: jobs put, begun, got. */
	size_t put, begun, got;
	struct slot {
		void *job;
		bool done;
	} * slots;
	size_t room;
	pthread_t *threads;
	int n_threads;
};

static struct slot *
slot(struct spt_crew *c, size_t number)
{
	return &c->slots[number % c->room];
}

/* Begins the next job and does it.  Called with the lock, which is open
 * meanwhile. */
static void
do_next(struct spt_crew *c)
{
	size_t number = c->begun++;
	struct slot *s = slot(c, number);

	pthread_mutex_unlock(&c->lock);
	c->work(s->job);
	pthread_mutex_lock(&c->lock);
	s->done = true;
	if (number == c->got)
		pthread_cond_signal(&c->done);
}

static void *
run(void *crew)
{
	struct spt_crew *c = crew;

	pthread_mutex_lock(&c->lock);
	for (;;) {
		while (!c->quit && c->begun == c->put)
			pthread_cond_wait(&c->more, &c->lock);
		if (c->quit)
			break;
		do_next(c);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

/* Signals are for the thread that reads and writes. */
static void
start_threads(struct spt_crew *c, int threads)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (c->n_threads < threads &&
	       pthread_create(&c->threads[c->n_threads], NULL, run, c) == 0)
		c->n_threads++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

int
spt_crew_open(struct spt_crew **out, const struct spt_io *io, int threads,
    size_t room, void (*work)(void *job), struct spt_err *e)
{
	struct spt_crew *c = spt_alloc_zero(io, sizeof *c, e);

	if (c == NULL)
		return -1;
	c->io = io;
	c->work = work;
	c->room = room;
	c->slots = spt_alloc_zero(io, room * sizeof *c->slots, e);
	c->threads =
	    spt_alloc_zero(io, (size_t)threads * sizeof *c->threads, e);
	if (c->slots == NULL || c->threads == NULL) {
		spt_free(io, c->slots);
		spt_free(io, c->threads);
		spt_free(io, c);
		return -1;
	}
	/* With default attributes these cannot fail. */
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->more, NULL);
	pthread_cond_init(&c->done, NULL);
	start_threads(c, threads);
	*out = c;
	return 0;
}

void
spt_crew_close(struct spt_crew *c)
{
	if (c == NULL)
		return;
	pthread_mutex_lock(&c->lock);
	c->quit = true;
	pthread_cond_broadcast(&c->more);
	pthread_mutex_unlock(&c->lock);
	for (int i = 0; i < c->n_threads; i++)
		pthread_join(c->threads[i], NULL);
	pthread_cond_destroy(&c->more);
	pthread_cond_destroy(&c->done);
	pthread_mutex_destroy(&c->lock);
	spt_free(c->io, c->slots);
	spt_free(c->io, c->threads);
	spt_free(c->io, c);
}

size_t
spt_crew_out(const struct spt_crew *c)
{
	return c->put - c->got;
}

void
spt_crew_put(struct spt_crew *c, void *job)
{
	pthread_mutex_lock(&c->lock);
	*slot(c, c->put++) = (struct slot){ .job = job };
	pthread_cond_signal(&c->more);
	pthread_mutex_unlock(&c->lock);
}

void *
spt_crew_get(struct spt_crew *c, bool wait)
{
	struct slot *oldest = slot(c, c->got);
	void *job = NULL;

	if (c->put == c->got)
		return NULL;
	pthread_mutex_lock(&c->lock);
	while (wait && !oldest->done) {
		if (c->begun != c->put)
			do_next(c);
		else
			pthread_cond_wait(&c->done, &c->lock);
	}
	if (oldest->done) {
		job = oldest->job;
		c->got++;
	}
	pthread_mutex_unlock(&c->lock);
	return job;
}
