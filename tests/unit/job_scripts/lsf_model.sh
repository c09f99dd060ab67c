#!/bin/bash
#BSUB -J "model"
#BSUB -cwd '/a b'
#BSUB -o '/a b/%J.out'
#BSUB -n 128
#BSUB -r
cd '/a b' || exit
exec python -m netspec run 'my run.py' -n 128
