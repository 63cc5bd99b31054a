"""Suffixes by which files in folders count as audio: formats that FFmpeg or libsndfile reads."""

_AUDIO = (
    ".3ga .aa3 .aac .ac3 .adts .aif .aifc .aiff .amr .ape .au .awb .bwf .caf .dff .dsf .dts .dtshd "
    ".eac3 .ec3 .f4a .flac .gsm .loas .m2a .m4a .m4b .m4r .mka .mlp .mp+ .mp1 .mp2 .mp3 .mpa .mpc "
    ".oga .ogg .ogx .oma .opus .qcp .ra .rf64 .shn .snd .spx .tak .thd .truehd .tta .voc .w64 .wav "
    ".wave .weba .wma .wv .xwma"
)
# Containers of films, whose sound is analysed.
_FILMS = (
    ".3g2 .3gp .asf .avi .f4v .flv .m2ts .m4v .mkv .mov .mp4 .mpeg .mpg .mts .ogm .ogv .rm "
    ".rmvb .ts .vob .webm .wmv"
)

AUDIO_SUFFIXES = frozenset((*_AUDIO.split(), *_FILMS.split()))
