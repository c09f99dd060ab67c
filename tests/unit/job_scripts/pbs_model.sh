#!/bin/bash
#PBS -N model
#PBS -S /bin/bash
#PBS -j oe
#PBS -o '/a b/'
#PBS -l select=1:ncpus=128:mpiprocs=128
#PBS -r y
cd '/a b' || exit
exec python -m netspec run 'my run.py' -n 128
