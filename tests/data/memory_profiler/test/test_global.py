options = None


# test for dc0c8aa60b5960d240b0dcea270efa1e5a314a2c
