"""Any game as an environment of the field: PettingZoo's for every seat, Gymnasium's for one."""
