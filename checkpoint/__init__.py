"""The station: a laptop or small box at a post that reads passes, decides without network, and keeps every scan."""

import os

# The reader solves hundreds of tiny systems of equations a second. Handing each to a pool of threads costs ten times
# what it takes to solve; numpy looks at this when it is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
