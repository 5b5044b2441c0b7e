# The worker's image:  docker build -t worker .
#
# Non-root (10001:10001); writes only to /tmp, so the root file system may be read-only. Holds the default encoder as a
# bundle in /app/models/all-minilm-l6-v2/bundle. Configuration: /app/appsettings.json, environment, command line.
#
# For GPUs: an Ubuntu with CUDA 13's runtime libraries and cuDNN 9, and the provider that needs them:
#   docker build --build-arg BASE=IMAGE --build-arg CUDA=true -t worker-cuda .
#
# A build behind a mirror passes its NuGet settings as a secret, which stays out of the image:
#   docker build --secret id=nuget,src=NuGet.Config -t worker .

# A release of Ubuntu whose package feed has this .NET, and its name for that release's ICU.
ARG BASE=ubuntu:24.04
ARG DOTNET=10.0
ARG ICU=libicu74

# What both building and running need. ASP.NET Core's runtime includes .NET's, and OpenSSL.
FROM ${BASE} AS base
ARG DOTNET
ARG ICU
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        aspnetcore-runtime-${DOTNET} ca-certificates ${ICU} \
 && rm -rf /var/lib/apt/lists/*
# Without ICU the tokenizer could not normalise Unicode: the worker refuses to start in invariant mode.
ENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=false \
    DOTNET_CLI_TELEMETRY_OPTOUT=1 \
    DOTNET_NOLOGO=1

FROM base AS build
ARG DOTNET
ARG CUDA=false
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends dotnet-sdk-${DOTNET} \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# Only the worker and what it needs; then the default encoder, imported by it.
RUN --mount=type=cache,target=/root/.nuget/packages \
    --mount=type=secret,id=nuget,target=/root/.nuget/NuGet/NuGet.Config \
    dotnet publish src/Worker -c Release -p:TreatWarningsAsErrors=false -p:Cuda=${CUDA} -o /out \
 && dotnet /out/worker.dll import models/all-minilm-l6-v2 --out /out/models/all-minilm-l6-v2/bundle \
 && chmod -R a+rX,go-w /out

FROM base AS worker
LABEL org.opencontainers.image.title="worker" \
      org.opencontainers.image.description="Stream text classifier: Kafka in, calibrated per-label probabilities out"
COPY --from=build /out /app
WORKDIR /app
USER 10001:10001
# The libraries that the worker loads by name find all that they need in this image. Of librdkafka's builds one does (the one with
# Kerberos wants a libsasl2.so.3, which Ubuntu has not).
RUN set -eu; arch=$(dpkg --print-architecture | sed 's/amd64/x64/'); \
    whole() { needs=$(ldd "$1"); case "$needs" in *'not found'*) echo "$1: $needs" >&2; return 1 ;; esac; }; \
    whole "runtimes/linux-$arch/native/libonnxruntime.so"; \
    for library in runtimes/linux-"$arch"/native/*librdkafka.so; do if whole "$library"; then exit 0; fi; done; \
    echo "no build of librdkafka finds its libraries (named above)" >&2; exit 1
EXPOSE 8080
ENTRYPOINT ["dotnet", "/app/worker.dll"]
CMD ["run"]
