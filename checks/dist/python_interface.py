"""Use the Python interface as a script of a user does; run where the package is installed.

python python_interface.py OUTPUT.npz PIECE FOLDER
"""

import sys

import numpy as np
import quadpred_plugin as qp

output, piece, folder = sys.argv[1:]
assert qp.__file__.startswith(folder), f"{qp.__file__} isn't in {folder}"

prediction = qp.predict(piece)
model = qp.load_model("default")
(again,) = model.predict_many([piece], jobs=1)
assert np.array_equal(again.quadrants, prediction.quadrants)
assert prediction.quadrants.shape == (len(prediction.times), 4)
prediction.save(output)
