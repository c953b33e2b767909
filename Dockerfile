# All services, one stage each: docker build --target realtime-gateway .
# The stages up to `publish` are the same for every target, so they are built once and shared.

# Only the project files: restore runs again only when one of them changes.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS projects
WORKDIR /src
COPY Directory.Build.props Directory.Packages.props global.json ./
COPY contracts contracts
COPY libs libs
COPY services services
RUN find contracts libs services -type f ! -name '*.csproj' ! -name packages.lock.json -delete \
 && find contracts libs services -type d -empty -delete

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS publish
WORKDIR /src
ENV SERVICES="ComfyUiWatcher RealtimeGateway GenerationApi WebhookNotifier ComfyDoors ComfyUiSimulator"
COPY --from=projects /src ./
RUN for service in $SERVICES; do dotnet restore services/LockNGen.$service --locked-mode || exit 1; done
COPY .editorconfig ./
COPY contracts contracts
COPY libs libs
COPY services services
# Analyzers run in ./test: here they would only double the time. Packages with native code include it for every platform, hundreds of
# megabytes; these images run on two.
RUN for service in $SERVICES; do \
        dotnet publish services/LockNGen.$service --configuration Release --no-restore --output /out/$service \
            -p:UseAppHost=false -p:RunAnalyzers=false -p:DebugType=embedded || exit 1; \
    done \
 && find /out/*/runtimes -mindepth 1 -maxdepth 1 -type d ! -name linux ! -name unix ! -name linux-x64 ! -name linux-arm64 -exec rm -r {} +

FROM node:22 AS gallery
WORKDIR /src/clients
COPY clients/package.json clients/package-lock.json ./
COPY clients/typescript/package.json typescript/
COPY clients/gallery/package.json gallery/
RUN npm ci --no-audit --no-fund
COPY clients ./
RUN npm run build

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS service
WORKDIR /app
# The image has no curl; its bash speaks enough HTTP for a health check.
COPY --chmod=755 deploy/container/healthy /usr/local/bin/
# The only folder outside /tmp that a service writes to; a new volume mounted here inherits its owner.
RUN install -d -o $APP_UID -g $APP_UID /data
# The debugger's and profiler's sockets would need a writable root file system.
ENV ASPNETCORE_HTTP_PORTS=8080 DOTNET_EnableDiagnostics=0 Logging__Format=json
EXPOSE 8080
USER $APP_UID

FROM service AS comfyui-watcher
COPY --from=publish /out/ComfyUiWatcher ./
ENTRYPOINT ["dotnet", "LockNGen.ComfyUiWatcher.dll"]

FROM service AS generation-api
COPY --from=publish /out/GenerationApi ./
ENTRYPOINT ["dotnet", "LockNGen.GenerationApi.dll"]

FROM service AS webhook-notifier
COPY --from=publish /out/WebhookNotifier ./
ENTRYPOINT ["dotnet", "LockNGen.WebhookNotifier.dll"]

FROM service AS comfy-doors
COPY --from=publish /out/ComfyDoors ./
ENTRYPOINT ["dotnet", "LockNGen.ComfyDoors.dll"]

FROM service AS comfyui-simulator
COPY --from=publish /out/ComfyUiSimulator ./
ENTRYPOINT ["dotnet", "LockNGen.ComfyUiSimulator.dll"]

FROM service AS realtime-gateway
COPY --from=publish /out/RealtimeGateway ./
COPY --from=gallery /src/clients/gallery/dist /app/gallery
ENV Gallery__Path=/app/gallery
ENTRYPOINT ["dotnet", "LockNGen.RealtimeGateway.dll"]
