#!/bin/bash
#SBATCH --job-name=model
#SBATCH --chdir='/a b'
#SBATCH --output='/a b/%j.out'
#SBATCH --open-mode=append
#SBATCH --ntasks=128
#SBATCH --requeue
cd '/a b' || exit
exec python -m netspec run 'my run.py' -n 128
