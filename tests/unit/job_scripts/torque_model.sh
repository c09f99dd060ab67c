#!/bin/bash
#PBS -N model
#PBS -S /bin/bash
#PBS -j oe
#PBS -o '/a b/'
#PBS -l nodes=1:ppn=128
#PBS -r y
cd '/a b' || exit
exec python -m netspec run 'my run.py' -n 128
