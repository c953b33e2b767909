using System.Text.Json;

namespace LockNGen.Contracts.Tests;

/// <summary>One filled-in value of every contract; its JSON is the golden file of the same name in contracts/golden.</summary>
internal static class Samples
{
    private static readonly Guid Generation = Guid.Parse("7d1c9c52-3f0a-4d5e-9b61-2f8a4c7e1d03");
    private static readonly DateTimeOffset Time = new(2026, 2, 3, 15, 7, 0, 123, TimeSpan.Zero);

    private static readonly GenerationImage Image = new()
    {
        Index = 1,
        Url = "/api/generations/7d1c9c52-3f0a-4d5e-9b61-2f8a4c7e1d03/images/1",
        ContentType = "image/png",
        Width = 512,
        Height = 768,
        Seed = 42,
        SeedText = "42",
        Kind = GenerationResultKinds.Image,
        NodeId = "9",
        NodeTitle = "Save Image",
        OutputKey = "images",
        Filename = "ComfyUI_00001_.png",
        Subfolder = "portraits",
        Source = "output",
        Bytes = 412_345,
        Hash = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
    };

    private static readonly GenerationImage Text = new()
    {
        Index = 2,
        Url = "/api/generations/7d1c9c52-3f0a-4d5e-9b61-2f8a4c7e1d03/images/2",
        ContentType = "text/plain; charset=utf-8",
        Seed = 18_446_744_073_709_551_614,
        SeedText = "18446744073709551614",
        Kind = GenerationResultKinds.Text,
        NodeId = "12",
        OutputKey = "text",
        Bytes = 5,
        Text = "a cat",
    };

    private static readonly GenerationWarning Warning = new()
    {
        Code = GenerationWarningCodes.OutputLeftOut,
        Message = "Node 20 (PreviewImage) was left out: its input 'images' is missing.",
        NodeId = "20",
        NodeType = "PreviewImage",
    };

    private static readonly GenerationError Error = new()
    {
        Code = GenerationErrorCodes.OutOfMemory,
        Message = "Allocation on device 0 would exceed allowed memory.",
        NodeId = "5",
        NodeType = "KSampler",
        Retryable = true,
    };

    public static IReadOnlyDictionary<string, object> All { get; } = new Dictionary<string, object>
    {
        [GenerationEventTypes.Queued] = new GenerationQueued
        {
            GenerationId = Generation,
            Sequence = 1,
            Timestamp = Time,
            Data = new() { Position = 3, EstimatedWaitSeconds = 41.5, Instance = "gpu-1", WaitsBehind = 3 },
        },
        [GenerationEventTypes.Started] = new GenerationStarted
        {
            GenerationId = Generation,
            Sequence = 1_000_000_001,
            Timestamp = Time,
            Data = new() { Instance = "gpu-1", Attempt = 1, TotalImages = 4 },
        },
        [GenerationEventTypes.Node] = new GenerationNodeExecuting
        {
            GenerationId = Generation,
            Sequence = 1_000_000_002,
            StateSequence = 1_000_000_001,
            Timestamp = Time,
            Data = new() { CurrentNode = "KSampler", NodeId = "5", NodeTitle = "Sampler", CachedNodes = 2, CachedNodeIds = ["4", "6"], NodesDone = 3, NodesTotal = 7, ImageIndex = 2, TotalImages = 4 },
        },
        [GenerationEventTypes.Progress] = new GenerationProgressed
        {
            GenerationId = Generation,
            Sequence = 1_000_000_017,
            StateSequence = 1_000_000_001,
            Timestamp = Time,
            Data = new()
            {
                Progress = 45,
                OverallProgress = 31,
                CurrentNode = "KSampler",
                NodeId = "5",
                Step = 9,
                TotalSteps = 20,
                ImageIndex = 2,
                TotalImages = 4,
                PreviewUrl = "/api/generations/7d1c9c52-3f0a-4d5e-9b61-2f8a4c7e1d03/preview?s=1000000016",
                NodesDone = 3,
                NodesTotal = 7,
            },
        },
        [GenerationEventTypes.Preview] = new GenerationPreviewed
        {
            GenerationId = Generation,
            Sequence = 1_000_000_016,
            StateSequence = 1_000_000_001,
            Timestamp = Time,
            Data = new() { PreviewUrl = "/api/generations/7d1c9c52-3f0a-4d5e-9b61-2f8a4c7e1d03/preview?s=1000000016", ImageIndex = 2, NodeId = "5" },
        },
        [GenerationEventTypes.Custom] = new GenerationCustom
        {
            GenerationId = Generation,
            Sequence = 1_000_000_018,
            StateSequence = 1_000_000_001,
            Timestamp = Time,
            Data = new() { EventType = "my_node.feedback", Data = Json("""{"node_id":"5","text":"loading"}"""), NodeId = "5", ImageIndex = 2 },
        },
        [GenerationEventTypes.Image] = new GenerationImageCompleted
        {
            GenerationId = Generation,
            Sequence = 1_000_000_020,
            StateSequence = 1_000_000_001,
            Timestamp = Time,
            Data = new() { Image = Image, ImageIndex = 1, TotalImages = 4 },
        },
        [GenerationEventTypes.Completed] = new GenerationCompleted
        {
            GenerationId = Generation,
            Sequence = 1_000_000_099,
            StateSequence = 1_000_000_020,
            Timestamp = Time,
            Data = new() { Images = [Image, Text], DurationSeconds = 12.34, Warnings = [Warning] },
        },
        [GenerationEventTypes.Failed] = new GenerationFailed
        {
            GenerationId = Generation,
            Sequence = 1_000_000_099,
            StateSequence = 1_000_000_020,
            Timestamp = Time,
            Data = new() { Error = Error, Images = [Image], Warnings = [Warning] },
        },
        [GenerationEventTypes.Cancelled] = new GenerationCancelled
        {
            GenerationId = Generation,
            Sequence = 2_000_000_001,
            Timestamp = Time,
            Data = new() { Reason = "user", Images = [Image], Warnings = [Warning] },
        },
        [GenerationEventTypes.Snapshot] = new GenerationSnapshot
        {
            GenerationId = Generation,
            Sequence = 1_000_000_017,
            Timestamp = Time,
            Data = new()
            {
                Status = GenerationStatus.Running,
                Attempt = 1,
                Instance = "gpu-1",
                Progress = 45,
                OverallProgress = 31,
                CurrentNode = "KSampler",
                NodeId = "5",
                NodeTitle = "Sampler",
                Step = 9,
                TotalSteps = 20,
                NodesDone = 3,
                NodesTotal = 7,
                CachedNodeIds = ["4", "6"],
                ImageIndex = 2,
                TotalImages = 4,
                PreviewUrl = "/api/generations/7d1c9c52-3f0a-4d5e-9b61-2f8a4c7e1d03/preview?s=1000000016",
                Images = [Image],
            },
        },
        [GenerationPreviewBytes.Exchange] = new GenerationPreviewBytes
        {
            GenerationId = Generation,
            Sequence = 1_000_000_016,
            ContentType = "image/jpeg",
            Bytes = [0xFF, 0xD8, 0xFF, 0xE0],
            NodeId = "5",
        },
        ["command.submit-generation"] = new SubmitGeneration { GenerationId = Generation, Instance = "gpu-1" },
        ["command.cancel-generation"] = new CancelGeneration { GenerationId = Generation, Instance = "gpu-1", Reason = "user", Error = Error },
        ["command.claim-generation"] = new ClaimGeneration
        {
            GenerationId = Generation,
            ClaimId = Guid.Parse("0d0f6f3e-51c4-4c39-8ad5-0d4a83f5a1bb"),
            Watcher = "watcher-a",
            Instance = "gpu-1",
        },
        ["command.claim-decision"] = new ClaimDecision
        {
            Granted = true,
            Work = new()
            {
                Attempt = 2,
                Try = 1,
                EstimatedSeconds = 20.5,
                Owner = "alice",
                TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                Workflow = Json("""{"5":{"class_type":"KSampler","inputs":{"seed":42}}}"""),
                Prompts = [new() { ImageIndex = 1, Seed = 42, Inputs = [new() { NodeId = "5", Name = "seed", Value = Json("42") }] }],
                InputFiles = [new() { Name = "photo.png", Url = "http://127.0.0.1:5081/api/internal/uploads/photo.png" }],
                UploadUrl = "http://127.0.0.1:5081/api/internal/generations/7d1c9c52-3f0a-4d5e-9b61-2f8a4c7e1d03/attempts/2/images",
                UploadToken = "token",
                MaxFileBytes = 1_073_741_824,
                IncludeTemp = true,
                StoredImages = [new() { ImageIndex = 1, File = 1, Files = 1, Image = Image }],
                OverallProgress = 31,
                ElapsedSeconds = 7.5,
                Warnings = [Warning],
                ExtraData = Json("""{"extra_pnginfo":{"workflow":{}}}"""),
                Secrets = new Dictionary<string, string> { ["api_key_comfy_org"] = "secret" },
            },
        },
        ["command.report-outcome"] = new ReportOutcome
        {
            GenerationId = Generation,
            Attempt = 1,
            Watcher = "watcher-a",
            Event = Json("""{"type":"generation.cancelled"}"""),
            Refused = true,
            RenderSeconds = 12.5,
        },
        ["command.outcome-decision"] = new OutcomeDecision { Verdict = OutcomeVerdict.Publish },
        ["command.report-other-prompt"] = new ReportOtherPrompt
        {
            Instance = "gpu-1",
            PromptId = "7d1c9c52-3f0a-4d5e-9b61-2f8a4c7e1d03",
            StartedAt = Time,
            Event = Json("""{"type":"generation.completed"}"""),
        },
        ["command.other-prompt-answer"] = new OtherPromptAnswer
        {
            GenerationId = Generation,
            UploadUrl = "http://127.0.0.1:5081/api/internal/generations/7d1c9c52-3f0a-4d5e-9b61-2f8a4c7e1d03/attempts/1/images",
            UploadToken = "token",
            MaxFileBytes = 1_073_741_824,
        },
        ["command.watcher-heartbeat"] = new WatcherHeartbeat
        {
            Watcher = "watcher-a",
            Instances =
            [
                new()
                {
                    Name = "gpu-1",
                    Labels = new Dictionary<string, string> { ["vram"] = "24" },
                    Capacity = 2,
                    State = InstanceState.NeedsRestart,
                    Reason = "The worker thread is dead.",
                    ReasonCode = "proxyError",
                    Version = "0.27.0",
                    QueueRemaining = 3,
                    OthersRemaining = 2,
                    CatalogHash = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
                    CatalogAgeSeconds = 12.5,
                },
            ],
            Held =
            [
                new()
                {
                    GenerationId = Generation,
                    Attempt = 1,
                    Instance = "gpu-1",
                    OverallProgress = 31,
                    Begun = true,
                    WaitsBehind = 2,
                    RenderSeconds = 12.5,
                    QuietSeconds = 1.5,
                },
            ],
        },
        ["command.heartbeat-answer"] = new HeartbeatAnswer
        {
            Owned = ["gpu-1"],
            LeaseSeconds = 5,
            Abandon = [Generation],
            InstallationId = "0d6b1c1e8f0b4b7c9a3de0c3f7a5d2b1",
            CatalogsWanted = ["gpu-1"],
            CatalogsDoubted = ["gpu-1"],
        },
        ["command.instance-catalog"] = new InstanceCatalog
        {
            Instance = "gpu-1",
            Hash = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
            Version = "0.27.0",
            ObjectInfo = [0x1F, 0x8B],
            NodeReplacements = [0x1F, 0x8B],
        },
        ["command.get-snapshot"] = new GetSnapshot { GenerationId = Generation },
        ["command.snapshot-answer"] = new SnapshotAnswer
        {
            Snapshot = new()
            {
                GenerationId = Generation,
                Sequence = 1,
                Timestamp = Time,
                Data = new() { Status = GenerationStatus.Queued, Position = 3, EstimatedWaitSeconds = 41.5 },
            },
            AgeSeconds = 0.5,
            Owner = "alice",
        },
        ["command.redeem-ticket"] = new RedeemTicket { Ticket = "ticket" },
        ["command.ticket-answer"] = new TicketAnswer { Valid = true, Owner = "alice", Scopes = ["generations:admin"], TokenId = "jti-1", ExpiresAt = Time },
        ["command.register-webhook"] = new RegisterWebhook
        {
            GenerationId = Generation,
            Owner = "alice",
            Url = "https://example.com/hooks/generations",
            Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        },
        ["command.token-revoked"] = new TokenRevoked { TokenId = "jti-1", At = Time },
    };

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
