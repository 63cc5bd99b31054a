# The command line with its models, for an unprivileged user and without a network:
#
#   docker build -t quadpred .
#   docker run --rm --network none --user "$(id -u):$(id -g)" -v "$PWD:/music" \
#       quadpred predict song.mp3    # the image, then the arguments of quadpred
#
# 'make container-check' runs these steps without a container engine.

FROM debian:bookworm-slim AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3-venv=3.11.* \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY setup.cfg setup.py pyproject.toml README.md LICENSE ./
COPY beetsplug beetsplug
COPY models models
COPY quadpred_plugin quadpred_plugin
COPY vamp_wrapper vamp_wrapper
# All extras that commands need except training, whose TensorFlow would double the image.
RUN python3 -m venv /opt/quadpred \
    && /opt/quadpred/bin/python -m pip install --no-cache-dir \
        '.[agreement,cluster,exports,report,tags]'

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3=3.11.* \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1000 --create-home quadpred
COPY --from=build /opt/quadpred /opt/quadpred
# Matplotlib needs a folder for its list of fonts, and users may have no home.
ENV PATH="/opt/quadpred/bin:$PATH" \
    MPLCONFIGDIR=/tmp/matplotlib
USER 1000:1000
WORKDIR /music
ENTRYPOINT ["quadpred"]
CMD ["--help"]
