#!/bin/bash
#$ -N model
#$ -S /bin/bash
#$ -wd '/a b'
#$ -j y
#$ -o '/a b/'
#$ -pe smp 128
#$ -r y
#$ -notify
cd '/a b' || exit
exec python -m netspec run 'my run.py' -n 128
