#!/bin/bash -l
#$ -N sweep
#$ -S /bin/bash
#$ -wd /a/study
#$ -j y
#$ -o /a/study/jobs/
#$ -t 1-40
#$ -tc 4
#$ -pe smp 8
#$ -l h_rt=48:00:30
#$ -l h_vmem=16G
#$ -q short
#$ -P lab
#$ -hold_jid afterok:12
#$ -r y
#$ -notify
#$ -l gpu=1
module load openmpi/5
module load python
source env/bin/activate
cd /a/study || exit
exec python -m netspec batch worker /a/study
