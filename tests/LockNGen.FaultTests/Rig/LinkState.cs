namespace LockNGen.FaultTests.Rig;

/// <summary>What a <see cref="Link"/> does with the data that it receives.</summary>
internal enum LinkState
{
    /// <summary>Everything passes.</summary>
    Open,

    /// <summary>Connections are reset, and so are new ones.</summary>
    Cut,

    /// <summary>Connections stay, and nothing passes in either direction: buffers fill up.</summary>
    Stalled,

    /// <summary>Connections stay; answers pass, but nothing that the client sends: its outgoing buffers fill up.</summary>
    ClientClogged,

    /// <summary>Connections stay; requests pass, but nothing that the server sends: its outgoing buffers fill up.</summary>
    ServerClogged,
}
