/* An MPI program: each rank holds 60 MB and adds its numbers to those of the others, again and again. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

#define COUNT 2500000

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    double *own = malloc(COUNT * sizeof *own), *sums = malloc(COUNT * sizeof *sums), *more = malloc(COUNT * sizeof *more);
    for (int i = 0; i < COUNT; i++) own[i] = rank + i, more[i] = i;
    for (int round = 0; round < 10; round++) MPI_Allreduce(own, sums, COUNT, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    if (rank == 0) printf("%f %f\n", sums[COUNT - 1], more[1]);
    MPI_Finalize();
    return 0;
}
