#include <math.h>

typedef struct {
    long columns, rows;
    double x0, dx, y0, dy;
    const double *values; /* (tables, rows, columns) */
} lookup;

static inline double sigmoid(double x) { return 1.0 / (1.0 + exp(-x)); }

static inline double look_up(const lookup *t, long which, double x, double y)
{
    double across = fmin(fmax((x - t->x0) / t->dx, 0.0), t->columns - 1.0);
    double down = fmin(fmax((y - t->y0) / t->dy, 0.0), t->rows - 1.0);
    long column = across < t->columns - 2 ? (long)across : t->columns - 2;
    long row = down < t->rows - 2 ? (long)down : t->rows - 2;
    const double *at = t->values + (which * t->rows + row) * t->columns + column;
    across -= column;
    down -= row;
    return at[0] * (1 - across) * (1 - down) + at[1] * across * (1 - down)
           + at[t->columns] * (1 - across) * down + at[t->columns + 1] * across * down;
}

#define LOOKUP(which, x, y) look_up(tables, (long)(which), x, y)
