#!/bin/bash
# Handed in to begin tomorrow, so that it waits until Gridtide has seen it and told Slurm a better hour.
#SBATCH --job-name=fine-tune
#SBATCH --partition=gpu
#SBATCH --gres=gpu:h100:8
#SBATCH --time=06:00:00
#SBATCH --begin=now+1day
#SBATCH --comment=gridtide:deadline=2026-12-01T06:00:00Z,hours=5
srun python fine_tune.py
