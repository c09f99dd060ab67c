#!/bin/bash -l
#SBATCH --job-name=sweep
#SBATCH --chdir=/a/study
#SBATCH --output=/a/study/jobs/%A_%a.out
#SBATCH --open-mode=append
#SBATCH --array=0-39%4
#SBATCH --nodes=2
#SBATCH --ntasks=8
#SBATCH --time=48:00:30
#SBATCH --mem=16G
#SBATCH --gres=gpu:1
#SBATCH --partition=short
#SBATCH --account=lab
#SBATCH --dependency=afterok:12
#SBATCH --kill-on-invalid-dep=yes
#SBATCH --no-requeue
#SBATCH --signal=B:USR1@120
#SBATCH --constraint=amd
module load openmpi/5
module load python
source env/bin/activate
cd /a/study || exit
exec python -m netspec batch worker /a/study
