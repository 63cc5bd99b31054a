# The command line with its models, for a user without rights and a machine without a network:
#
#   docker build -t quadpred .
#   docker run --rm --network none --user "$(id -u):$(id -g)" -v "$PWD:/music" \
#       quadpred predict song.mp3    # the image, then what quadpred takes
#
# 'make container-check' runs these very steps without an engine.

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
# Every extra that a command asks for but training's, whose TensorFlow would double the image.
RUN python3 -m venv /opt/quadpred \
    && /opt/quadpred/bin/python -m pip install --no-cache-dir \
        '.[agreement,cluster,exports,report,tags]'

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3=3.11.* \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1000 --create-home quadpred
COPY --from=build /opt/quadpred /opt/quadpred
# Pictures need a folder for a list of fonts, which a user without a home hasn't.
ENV PATH="/opt/quadpred/bin:$PATH" \
    MPLCONFIGDIR=/tmp/matplotlib
USER 1000:1000
WORKDIR /music
ENTRYPOINT ["quadpred"]
CMD ["--help"]
