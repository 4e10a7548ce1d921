# The agent alone: Valkey and Ollama run beside it (docker-compose.yml). Runs as a user without rights, writes only
# to /var/lib/banyi.
FROM python:3.12-slim AS build
WORKDIR /src
RUN python -m venv /opt/banyi
COPY requirements.txt ./
RUN /opt/banyi/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
RUN /opt/banyi/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.12-slim
RUN apt-get update && apt-get install -y --no-install-recommends espeak-ng && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /var/lib/banyi --create-home banyi
COPY --from=build /opt/banyi /opt/banyi
ENV PATH=/opt/banyi/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    BANYI_HOST=0.0.0.0 \
    BANYI_PORT=8000 \
    BANYI_DATA_DIR=/var/lib/banyi
USER banyi
VOLUME /var/lib/banyi
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
CMD ["banyi", "serve"]
