/* Networks of masses: all steps of all populations. Equations of the models are put in front of it. */
#include <string.h>

typedef void (*equations)(long, double *, const double *, const double *, double *, double *, const lookup *);

typedef struct {
    long nodes, states, outputs, inputs;
    equations rates, after;
    double *y, *u, *p, *out;       /* (rows, nodes) */
    double *stage, *slope, *sum;   /* (states, nodes): work of a step */
    double *past;                  /* (states + outputs, nodes, 2 * length): what delays look back at */
    const double **given;          /* of each input: (steps, nodes), (1, nodes) */
    const long *given_step;        /* of each input: nodes, or 0 if it is constant */
    double *kept;                  /* (samples, states + outputs, nodes) */
    const lookup *tables;
    long looked_at;                /* how many rows of the past are looked at, and which */
    const long *which;
} population;

typedef struct {
    long from, from_row, to, to_row, here_row, kind, rows;
    const long *start;             /* (nodes + 1,): the entries of each target node */
    const int *source, *delay, *place; /* place: of the source in the past, less the delay */
    const double *weight;
} edge;

enum { ADDITIVE, DIFFUSIVE, MULTIPLICATIVE, SINE };

static double seen(const population *p, long row, long node, long delay, long k, long length, double c)
{
    const double *past = p->past + (row * p->nodes + node) * 2 * length + k % length + length - delay;
    if (c == 0)
        return past[0];
    if (delay > 0)
        return c == 1 ? past[1] : 0.5 * (past[0] + past[1]);
    return row < p->states ? p->stage[row * p->nodes + node] : past[0];
}

static void couple(const population *all, const edge *e, long k, long length, double c)
{
    const population *from = all + e->from, *to = all + e->to;
    for (long node = 0; node < to->nodes; node++) {
        double sum = 0, here = 0;
        if (e->kind != ADDITIVE)
            here = seen(to, e->here_row, node, 0, k, length, c);
        if (c == 0 && e->kind <= DIFFUSIVE) {
            const double *past = from->past + e->from_row * from->nodes * 2 * length + k % length + length;
            for (long i = e->start[node]; i < e->start[node + 1]; i++)
                sum += e->weight[i] * (past[e->place[i]] - here);
        } else {
            for (long i = e->start[node]; i < e->start[node + 1]; i++) {
                double there = seen(from, e->from_row, e->source[i], e->delay[i], k, length, c);
                double value = e->kind == DIFFUSIVE        ? there - here
                               : e->kind == MULTIPLICATIVE ? there * here
                               : e->kind == SINE           ? sin(there - here)
                                                           : there;
                sum += e->weight[i] * value;
            }
        }
        to->u[e->to_row * to->nodes + node] += sum;
    }
}

static void slopes(population *all, long count, const edge *edges, long edge_count, long k, long step, long length,
                   double c, int single)
{
    for (population *p = all; p < all + count; p++)
        for (long row = 0; row < p->inputs; row++) {
            const double *given = p->given[row] + step * p->given_step[row];
            for (long node = 0; node < p->nodes; node++)
                p->u[row * p->nodes + node] = given[node];
        }
    for (const edge *e = edges; e < edges + edge_count; e++)
        couple(all, e, k, length, c);
    for (population *p = all; p < all + count; p++)
        p->rates(p->nodes, single ? p->y : p->stage, p->u, p->p, p->slope, p->out, p->tables);
}

static void remember(population *p, long k, long length)
{
    for (long i = 0; i < p->looked_at; i++) {
        long row = p->which[i];
        const double *now = row < p->states ? p->y + row * p->nodes : p->out + (row - p->states) * p->nodes;
        double *past = p->past + row * p->nodes * 2 * length + k % length;
        for (long node = 0; node < p->nodes; node++, past += 2 * length)
            past[0] = past[length] = now[node];
    }
}

/* The stages of a method: where it looks, with which weight, and how far the next stage goes. */
static const long STAGES[] = {1, 2, 4};
static const double AT[][4] = {{0}, {0, 1}, {0, 0.5, 0.5, 1}};
static const double WEIGHT[][4] = {{1}, {0.5, 0.5}, {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6}};

void advance(population *all, long count, const edge *edges, long edge_count, long k, long steps, double dt,
             long method, long length, long every)
{
    long sample = 0, stages = STAGES[method];
    for (long step = 0; step < steps; step++, k++) {
        for (population *p = all; stages > 1 && p < all + count; p++) {
            memcpy(p->stage, p->y, p->states * p->nodes * sizeof(double));
            memset(p->sum, 0, p->states * p->nodes * sizeof(double));
        }
        for (long stage = 0; stage < stages; stage++) {
            slopes(all, count, edges, edge_count, k, step, length, AT[method][stage], stages == 1);
            for (population *p = all; stages > 1 && p < all + count; p++)
                for (long i = 0; i < p->states * p->nodes; i++) {
                    p->sum[i] += WEIGHT[method][stage] * p->slope[i];
                    if (stage + 1 < stages)
                        p->stage[i] = p->y[i] + dt * AT[method][stage + 1] * p->slope[i];
                }
        }
        for (population *p = all; p < all + count; p++) {
            const double *slope = stages > 1 ? p->sum : p->slope;
            for (long i = 0; i < p->states * p->nodes; i++)
                p->y[i] += dt * slope[i];
            if (p->after)
                p->after(p->nodes, p->y, p->u, p->p, p->slope, p->out, p->tables);
            remember(p, k + 1, length);
            if ((k + 1) % every == 0) {
                long states = p->states * p->nodes, outputs = p->outputs * p->nodes;
                double *kept = p->kept + sample * (states + outputs);
                memcpy(kept, p->y, states * sizeof(double));
                memcpy(kept + states, p->out, outputs * sizeof(double));
            }
        }
        sample += (k + 1) % every == 0;
    }
}
