/* The run: what is the same for all models. The functions of the component types are put in below. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static double *X;        /* the blocks of all instances */
static const int *L;     /* the places of others that they read */
static double now, dt;
static const int *TYPE, *BASE, *LINK, *OUT; /* of each instance; OUT: its first port in PORT */
static const int *CHILD, *CHILDREN;         /* where its children are in the list of them */
static const int *PORT, *TO, *INTO;         /* port -> first recipient; recipients and their ports */
static const double *DELAY;
static const int *SCHEDULE, *SCHEME, *SCHEMES, *OWN_SCHEME;
static const uint64_t *KEY;
static int scheduled;

static void send(int self, int port);

static double heaviside(double x) { return x > 0 ? 1.0 : x < 0 ? 0.0 : 0.5 + x; }
static double factorial(double x) { return round(tgamma(x + 1)); }

static double uniform(int self);

/* TYPES */

/* Number of a stream that is keyed by what it is for, by how many were drawn (Steele et al. 2014, SplitMix). */
static double uniform(int self) {
    double *drawn = X + BASE[self] + DRAWS[TYPE[self]];
    uint64_t z = KEY[self] + (uint64_t)(*drawn += 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return ((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

/* Events that wait, in the order in which they are delivered. */
typedef struct { double time; int to, port; } Waiting;
static Waiting *queue;
static long waiting, room, first;
static double clock_; /* time of the last delivery: what delays are counted from */

/* What was recorded of events. */
typedef struct { double time; int which; } Recorded;
static Recorded *recorded;
static long n_recorded, recorded_room;

static void receive(int to, int port) {
    if (to >= 0) {
        EVENT[TYPE[to]](X + BASE[to], to, port);
        return;
    }
    if (n_recorded == recorded_room) {
        recorded_room = recorded_room ? 2 * recorded_room : 1024;
        recorded = realloc(recorded, recorded_room * sizeof *recorded);
    }
    recorded[n_recorded++] = (Recorded){now, -1 - to};
}

static void wait_for(int to, int port, double delay) {
    if (waiting == room) {
        room = room ? 2 * room : 1024;
        queue = realloc(queue, room * sizeof *queue);
    }
    double time = clock_ + delay;
    long k = waiting++;
    for (; k > first && queue[k - 1].time > time; k--) queue[k] = queue[k - 1];
    queue[k] = (Waiting){time, to, port};
}

static void send(int self, int port) {
    int p = OUT[self] + port;
    for (int r = PORT[p]; r < PORT[p + 1]; r++)
        if (DELAY[r] <= 0) receive(TO[r], INTO[r]);
    for (int r = PORT[p]; r < PORT[p + 1]; r++)
        if (DELAY[r] > 0) wait_for(TO[r], INTO[r], DELAY[r]);
}

static void deliver(void) {
    while (first < waiting && queue[first].time <= now) {
        Waiting event = queue[first++];
        receive(event.to, event.port);
    }
    if (first > 4096 && first > waiting / 2) {
        memmove(queue, queue + first, (waiting - first) * sizeof *queue);
        waiting -= first;
        first = 0;
    }
    clock_ = now;
}

/* Occupancies of the states of a kinetic scheme after dt: the exponential of the matrix of rates, by doubling.
   s: number of states and edges; places of occupancies, of what is read of them, of forward and reverse rates;
   states at the ends of edges. */
static void advance_scheme(const int *s) {
    const int n = s[0], edges = s[1];
    const int *occupancy = s + 2, *seen = occupancy + n, *forward = seen + n, *reverse = forward + edges;
    const int *from = reverse + edges, *to = from + edges;
    double a[n][n], b[n][n], v[n], largest = 0, factor = 1;
    memset(a, 0, sizeof a);
    for (int e = 0; e < edges; e++) {
        const double f = X[forward[e]], r = X[reverse[e]];
        a[from[e]][from[e]] -= f;
        a[to[e]][from[e]] += f;
        a[to[e]][to[e]] -= r;
        a[from[e]][to[e]] += r;
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            a[i][j] *= dt;
            if (fabs(a[i][j]) > largest) largest = fabs(a[i][j]);
        }
    int p = 0;
    for (; largest * factor > 1e-12; factor *= 0.5) p++;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) a[i][j] *= factor;
    for (; p > 0; p--) { /* (1 + a)^2 - 1 = 2 a + a a */
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) {
                b[i][j] = 0;
                for (int k = 0; k < n; k++) b[i][j] += a[i][k] * a[k][j];
            }
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) a[i][j] = 2 * a[i][j] + b[i][j];
    }
    for (int i = 0; i < n; i++) {
        a[i][i] += 1;
        v[i] = 0;
        for (int j = 0; j < n; j++) v[i] += a[i][j] * X[seen[j]];
    }
    for (int i = 0; i < n; i++) X[occupancy[i]] = v[i];
}

/* The reference starts each instance before, between and after two starts of its children. */
static void start(int i) {
    double *x = X + BASE[i];
    const int *l = L + LINK[i];
    for (int round = 0; round < 2; round++) {
        START[TYPE[i]](x, l, i, round);
        for (int c = CHILD[i]; c < CHILD[i + 1]; c++) start(CHILDREN[c]);
        for (int c = OWN_SCHEME[i]; c < OWN_SCHEME[i + 1]; c++) {
            const int *s = SCHEMES + SCHEME[c], *scheme = s + 2 + 2 * s[0] + 4 * s[1];
            for (int k = 0; k < s[0] + s[1]; k++) start(scheme[k]);
        }
    }
    START[TYPE[i]](x, l, i, 1);
}

/* tables: the pointers above in their order. */
void begin(void **tables, int n_scheduled, double step) {
    X = tables[0], L = tables[1], TYPE = tables[2], BASE = tables[3], LINK = tables[4], OUT = tables[5];
    CHILD = tables[6], CHILDREN = tables[7], PORT = tables[8], TO = tables[9], INTO = tables[10];
    DELAY = tables[11], SCHEDULE = tables[12], SCHEME = tables[13], SCHEMES = tables[14];
    OWN_SCHEME = tables[15], KEY = tables[16];
    scheduled = n_scheduled, dt = step, now = clock_ = 0;
    waiting = first = n_recorded = 0;
    start(0);
}

static void row(double **rows, int columns, const int *column) {
    double *r = *rows;
    *r++ = now;
    for (int c = 0; c < columns; c++) *r++ = X[column[c]];
    *rows = r;
    now += dt;
}

/* Rows of (time, columns): that of the start if initial, and one after each step. */
void advance(long steps, int initial, double *rows, int columns, const int *column) {
    if (initial) row(&rows, columns, column);
    for (long n = 0; n < steps; n++) {
        deliver();
        for (int k = 0; k < scheduled; k++) {
            const int i = SCHEDULE[k];
            if (i >= 0) STEP[TYPE[i]](X + BASE[i], L + LINK[i], i);
            else advance_scheme(SCHEMES + SCHEME[-1 - i]);
        }
        row(&rows, columns, column);
    }
}

/* How many events were recorded since the last call, of which the times and numbers are copied if there is room. */
long events(double *times, int *which, long size) {
    if (size < n_recorded) return n_recorded;
    const long n = n_recorded;
    for (long k = 0; k < n; k++) times[k] = recorded[k].time, which[k] = recorded[k].which;
    n_recorded = 0;
    return n;
}

/* A number as Java writes a float: the fewest digits that give it back; returns the end. */
static char *number(float value, char *out) {
    static const double TEN[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (signbit(value)) *out++ = '-', value = -value;
    if (value == 0) return memcpy(out, "0.0", 3), out + 3;
    if (isnan(value)) return memcpy(out, "NaN", 3), out + 3;
    if (isinf(value)) return memcpy(out, "Infinity", 8), out + 8;
    int power = (int)floor(log10((double)value)), digits = 6;
    double mantissa = 0;
    for (; digits <= 9; digits++) { /* value = mantissa * 10^(power - digits + 1) */
        const int shift = digits - 1 - power;
        const double far = abs(shift) > 22 ? pow(10, abs(shift)) : TEN[abs(shift)];
        mantissa = nearbyint(shift >= 0 ? value * far : value / far);
        if ((float)(shift >= 0 ? mantissa / far : mantissa * far) == value) break;
    }
    if (digits > 9) digits = 9;
    char text[12];
    long whole = (long)mantissa;
    int length = 0;
    for (long rest = whole; rest; rest /= 10) length++;
    power += length - digits; /* rounded up to the next power, or log10 was just below one */
    for (int k = length - 1; k >= 0; k--, whole /= 10) text[k] = '0' + whole % 10;
    while (length > 1 && text[length - 1] == '0') length--;
    const int plain = value >= 1e-3f && value < 1e7f;
    int before = plain ? power + 1 : 1;
    if (before <= 0) {
        *out++ = '0', *out++ = '.';
        for (; before < 0; before++) *out++ = '0';
        memcpy(out, text, length);
        return out + length;
    }
    for (int k = 0; k < before; k++) *out++ = k < length ? text[k] : '0';
    *out++ = '.';
    if (length <= before) *out++ = '0';
    for (int k = before; k < length; k++) *out++ = text[k];
    if (plain) return out;
    *out++ = 'E';
    if (power < 0) *out++ = '-', power = -power;
    if (power >= 10) *out++ = '0' + power / 10;
    *out++ = '0' + power % 10;
    return out;
}

/* Lines of some columns of rows, as the reference writes them; how many characters (at most 17 per number). */
long lines(const double *rows, long count, int width, const int *column, int columns, char *out) {
    char *const begin_ = out;
    for (long r = 0; r < count; r++, *out++ = '\n')
        for (int c = 0; c < columns; c++) {
            out = number((float)rows[r * width + column[c]], out);
            *out++ = '\t';
        }
    return out - begin_;
}
