#!/bin/bash -l
#PBS -N sweep
#PBS -S /bin/bash
#PBS -j oe
#PBS -o /a/study/jobs/
#PBS -J 0-39%4
#PBS -l select=2:ncpus=4:mpiprocs=4:mem=16gb
#PBS -l walltime=48:00:30
#PBS -q short
#PBS -A lab
#PBS -W depend=afterok:12
#PBS -r y
#PBS -m e
module load openmpi/5
module load python
source env/bin/activate
cd /a/study || exit
exec python -m netspec batch worker /a/study
