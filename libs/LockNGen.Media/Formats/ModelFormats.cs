using LockNGen.Media.Types;

namespace LockNGen.Media.Formats;

/// <summary>3D models that begin with a signature: GLB (glTF 2.0), binary FBX, PLY, and STL, which is recognized by its length alone.</summary>
internal static class ModelFormats
{
    private const int StlHeaderLength = 84;
    private const int StlTriangleLength = 50;

    public static MediaInfo? Read(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("glTF"u8) && head.Little32(4) is 1 or 2)
            return new(MediaType.Glb);
        if (head.StartsWith("Kaydara FBX Binary"u8))
            return new(MediaType.Fbx);
        if ((head.StartsWith("ply\n"u8) || head.StartsWith("ply\r"u8)) && head.From(0, 64).IndexOf("format "u8) > 0)
            return new(MediaType.Ply);
        return IsBinaryStl(head, head.Length) ? new(MediaType.Stl) : null;
    }

    /// <summary>80 bytes without meaning, the number of triangles, then the triangles.</summary>
    public static bool IsBinaryStl(ReadOnlySpan<byte> head, long fileLength) =>
        head.Length >= StlHeaderLength && head.Little32(80) is > 0 and var triangles && fileLength == StlHeaderLength + (StlTriangleLength * (long)triangles);
}
