# The worker's image:  docker build -t worker .
#
# Non-root (10001:10001); writes only to /tmp, so the root file system may be read-only. Holds the default encoder as a
# bundle in /app/models/all-minilm-l6-v2/bundle. Configuration: /app/appsettings.json, environment, command line.
#
# A build behind a mirror brings its NuGet and npm settings as secrets, which stay out of the image:
#   docker build --secret id=nuget,src=NuGet.Config --secret id=npmrc,src=.npmrc -t worker .

# A release of Ubuntu whose own package feed carries this .NET, and its name for that release's ICU.
ARG BASE=ubuntu:24.04
ARG DOTNET=10.0
ARG ICU=libicu74

# What both building and running need. ASP.NET Core's runtime brings .NET's; libcurl, libzstd and OpenSSL (.NET's own
# dependency) are those of a librdkafka that eng/setup had to build itself.
FROM ${BASE} AS base
ARG DOTNET
ARG ICU
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        aspnetcore-runtime-${DOTNET} ca-certificates ${ICU} libcurl4t64 libzstd1 \
 && rm -rf /var/lib/apt/lists/*
# Without ICU the tokenizer could not normalise Unicode: the worker refuses to start in invariant mode.
ENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=false \
    DOTNET_CLI_TELEMETRY_OPTOUT=1 \
    DOTNET_NOLOGO=1

FROM base AS build
ARG DOTNET
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends dotnet-sdk-${DOTNET} \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# eng/setup restores (building what the registry in reach lacks), builds, and imports the default encoder. Native
# libraries for other systems, which the packages bring too, are left out.
RUN --mount=type=cache,target=/root/.nuget/packages \
    --mount=type=secret,id=nuget,target=/root/.nuget/NuGet/NuGet.Config \
    --mount=type=secret,id=npmrc,target=/root/.npmrc \
    eng/setup \
 && dotnet publish src/Worker -c Release --no-build -o /out \
 && mkdir -p /out/models/all-minilm-l6-v2 \
 && cp -r models/all-minilm-l6-v2/bundle /out/models/all-minilm-l6-v2/ \
 && find /out/runtimes -mindepth 1 -maxdepth 1 ! -name 'linux*' ! -name 'unix*' -exec rm -r {} + \
 && chmod -R a+rX,go-w /out

FROM base AS worker
LABEL org.opencontainers.image.title="worker" \
      org.opencontainers.image.description="Stream text classifier: Kafka in, calibrated per-label probabilities out"
COPY --from=build /out /app
WORKDIR /app
USER 10001:10001
# The libraries that the worker loads by name find all that they need in this image.
RUN set -eu; arch=$(dpkg --print-architecture | sed 's/amd64/x64/'); \
    for library in libonnxruntime.so librdkafka.so; do \
        needs=$(ldd "runtimes/linux-$arch/native/$library"); \
        case "$needs" in *'not found'*) echo "$needs"; echo "$library lacks libraries named above" >&2; exit 1 ;; esac; \
    done
EXPOSE 8080
ENTRYPOINT ["dotnet", "/app/worker.dll"]
CMD ["run"]
