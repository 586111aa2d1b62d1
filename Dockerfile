# The service alone; it uses the Neo4j that HEARTH_NEO4J_URI names (docker-compose.yml brings one).
FROM python:3.11-slim-bookworm

ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HEARTH_HOME=/var/lib/hearth

WORKDIR /opt/hearth
COPY requirements.lock ./
RUN pip install --require-hashes --requirement requirements.lock

COPY pyproject.toml README.md LICENSE ./
COPY server ./server
COPY cypher ./cypher
COPY seed ./seed
RUN pip install --no-deps --no-build-isolation --editable . \
    && useradd --system --uid 10001 --home-dir /var/lib/hearth --create-home hearth

USER 10001
VOLUME /var/lib/hearth
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]

CMD ["hearth", "serve", "--host", "0.0.0.0", "--port", "8000"]
