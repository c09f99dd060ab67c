#!/bin/bash -l
#PBS -N sweep
#PBS -S /bin/bash
#PBS -j oe
#PBS -o /a/study/jobs/
#PBS -t 0-39%4
#PBS -l nodes=2:ppn=4
#PBS -l mem=16gb
#PBS -l walltime=48:00:30
#PBS -q short
#PBS -A lab
#PBS -W depend=afterok:12
#PBS -r y
module load openmpi/5
module load python
source env/bin/activate
cd /a/study || exit
exec python -m netspec batch worker /a/study
