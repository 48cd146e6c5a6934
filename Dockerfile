# syntax=docker/dockerfile:1
# Builds on the machine's own architecture and publishes IL without an apphost, so one build serves amd64 and arm64:
#   docker buildx build --platform linux/amd64,linux/arm64 -t ai-gateway .
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
ENV DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# What decides the packages, first and alone: this layer is rebuilt only when a reference changes.
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig BannedSymbols.txt ./
COPY src/AiGateway/AiGateway.csproj src/AiGateway/
COPY src/AiGateway.Protocols/AiGateway.Protocols.csproj src/AiGateway.Protocols/
COPY src/AiGateway.Semantics/AiGateway.Semantics.csproj src/AiGateway.Semantics/
COPY src/AiGateway.Simulator/AiGateway.Simulator.csproj src/AiGateway.Simulator/
RUN dotnet restore src/AiGateway

COPY src/ src/
COPY config/ config/
RUN dotnet publish src/AiGateway -c Release --no-restore -p:UseAppHost=false -o /app
# The runtime image has no shell to make a folder with, and its user may not write to /app.
RUN mkdir /data

FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled AS runtime
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="AiGateway" \
      org.opencontainers.image.description="An AI gateway for OpenAI-dialect clients: routing, failover, metering" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.base.name="mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled"

WORKDIR /app
COPY --from=build /app ./
# 1654 is the base image's own user, APP_UID.
COPY --from=build --chown=1654:1654 /data ./data
# Not in /app/config: a folder mounted there would hide the price list.
COPY config/gateway.yaml /etc/aigateway/

# ASPNETCORE_HTTP_PORTS: the base image sets it; addresses are the routing file's to say.
# DOTNET_RUNNING_IN_CONTAINER: set there too, and ours to rely on: it makes the gateway listen on all addresses and insist on keys.
# Diagnostics stay on: dotnet-counters and dotnet-trace connect through a socket in /tmp that only the same user can open.
ENV AIGATEWAY_CONFIG=/etc/aigateway/gateway.yaml \
    ASPNETCORE_HTTP_PORTS= \
    DOTNET_RUNNING_IN_CONTAINER=true

# A number in the image's configuration, so that Kubernetes can see that it is not root.
USER $APP_UID
VOLUME /app/data
EXPOSE 8080 8081
STOPSIGNAL SIGTERM
# The program asks itself: there is neither a shell nor curl here.
HEALTHCHECK --interval=10s --timeout=6s --start-period=10s --retries=3 CMD ["dotnet", "AiGateway.dll", "health"]
ENTRYPOINT ["dotnet", "AiGateway.dll"]
