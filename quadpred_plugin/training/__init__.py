"""Training, evaluation and export of models; needs the extra ``training``.

A step finds what the steps before it left in the work folder. `steps` has the versions that
runs record; `default_model` has the commands of the whole chain.

| step | command (``quadpred train …``) | input | output | processor time |
|---|---|---|---|---|
| games | ``games`` | Debian's packages | unlabelled music | 2 min |
| render | ``render`` | MIDI files of EMOPIA, VGMIDI | audio, ``renders.csv`` | not recorded |
| degrade | ``degrade`` | 4Q, renders | degraded versions, ``degraded.csv`` | 0.3 s a version |
| features | ``features`` | any audio | bands in ``cache``; every step fills it as needed | |
| teacher | ``teacher`` | 4Q | ``runs/teacher``: soft labels by fold, baselines | 34 min |
| notes | ``notes`` | EMOPIA, renders | ``cache/notes``, soft labels of piano | 6 min |
| pretext | ``pretext`` | games' music, renders | ``runs/pretext``: initial weights | 22 and 3 min |
| student | ``student`` | labels, soft labels, weights | ``runs/students`` | 13 min a fold |
| large | ``large`` | labels, ratings, renders | ``runs/large``: heads of all folds | not recorded |
| contextual | ``contextual`` | these, games' music, MIDI | ``runs/contextual`` | not recorded |
| pretrain | ``pretrain`` | speech | ``runs/encoders`` | not recorded |
| transfer | ``transfer``, ``grid`` | encoders, music | ``runs/transfer`` | not recorded |
| music-only | ``scratch`` | music | ``runs/music-only`` | not recorded |
| export | ``export`` | networks and predictions of all folds | a model's files | not recorded |

``quadpred train default --dry-run`` prints the default model's commands with their durations.

| part | subject |
|---|---|
| `recipes` | everything that decides a training: one schema, one .json file per recipe |
| `datasets` | tracks, licences and citations: one module per dataset |
| `runs` | folders with records, the training loop, parallel trainings |
| `cache`, `features`, `patches`, `targets`, `splits`, `augmentation` | from tracks to examples |
| `served` | audio opened as users' files are |
| `degradations` | other paths of a recording: resamplers, codecs, rooms, filters |
| `midi` | rendering of MIDI files, synthesisers, note features |
| `networks` | architectures, in Keras |
| `teachers` | soft labels, and the baselines |
| `distillation` | pretext training, students and ensembles |
| `language_study` | pre-training on speech, transfer to music, tables |
| `evaluation` | scores by patch and by clip, calibration, stability, diagrams |
| `emotion` | labels and listeners' ratings of all corpora, loss, scores |
| `large` | the large model's heads |
| `contextual` | the small network with context, taught by the large model |
| `packaging` | from a network to a model's files |
| `keras2` | import of the original weights |
"""
