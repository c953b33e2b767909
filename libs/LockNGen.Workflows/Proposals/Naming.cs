using System.Globalization;
using System.Text;

namespace LockNGen.Workflows.Proposals;

/// <summary>Names of parameters and titles, from the names of inputs and titles of nodes.</summary>
internal static class Naming
{
    private const int LongestName = 40;

    /// <summary>"Start image (first)" and "start_image_first" become "startImageFirst"; other scripts are dropped.</summary>
    public static string Camel(string text)
    {
        var name = new StringBuilder();
        var begins = false;
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character))
            {
                begins = name.Length > 0;
                continue;
            }

            if (name.Length == LongestName)
                break;
            if (name.Length == 0 && char.IsAsciiDigit(character))
                continue;
            name.Append(name.Length == 0 ? char.ToLowerInvariant(character) : begins ? char.ToUpperInvariant(character) : character);
            begins = false;
        }

        return name.ToString();
    }

    /// <summary>"strength_model" becomes "Strength model".</summary>
    public static string Sentence(string input)
    {
        var words = input.Replace('_', ' ').Replace('.', ' ').Trim();
        return words.Length == 0 ? input : char.ToUpperInvariant(words[0]) + words[1..];
    }

    /// <summary>The first free one of name, name2, name3...</summary>
    public static string Free(string name, ISet<string> taken)
    {
        var free = name;
        for (var number = 2; !taken.Add(free); number++)
            free = name + number.ToString(CultureInfo.InvariantCulture);
        return free;
    }
}
