#!/bin/bash -l
#BSUB -J "sweep[1-40]%4"
#BSUB -cwd /a/study
#BSUB -o /a/study/jobs/%J_%I.out
#BSUB -n 8
#BSUB -R "span[ptile=4]"
#BSUB -W 48:01
#BSUB -M 16G
#BSUB -q short
#BSUB -P lab
#BSUB -w "afterok:12"
#BSUB -r
#BSUB -wa USR1 -wt 2
module load openmpi/5
module load python
source env/bin/activate
cd /a/study || exit
exec python -m netspec batch worker /a/study
